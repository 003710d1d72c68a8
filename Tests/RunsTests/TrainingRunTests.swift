import Foundation
import Records
import RunStore
import Runs
import TestSupport
import Testing
import Torch

/// Runs that take a second: a thin network on a few small images.
@Suite(.serialized) struct TrainingRunTests {
  private func small(_ change: (inout RunConfiguration) -> Void = { _ in }) -> RunConfiguration {
    tinyRun {
      $0.logEvery = 1
      change(&$0)
    }
  }

  private func finish(_ run: TrainingRun) throws -> RunSummary {
    guard case .finished(let summary) = try run.run() else {
      throw RunError.notARun(path: "interrupted")
    }
    return summary
  }

  private func weights(_ folder: RunFolder, step: Int) throws -> [String: [Double]] {
    let path = folder.checkpoints.appendingPathComponent(
      "step-\(String(format: "%08d", step)).safetensors")
    return try SafeTensors(path: path.path).tensors.mapValues { $0.scalars(Double.self) }
  }

  @Test func aRunLeavesEverythingItsFolderShouldHold() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      let measuredEveryEpoch = small {
        $0.measureEvery = 1
        $0.measureBudget = 1
      }
      let summary = try finish(TrainingRun(measuredEveryEpoch, folder: folder))
      #expect(summary.steps == 20)
      #expect(LayerFigures.canonicalOrder(of: summary.layers.keys) == ["h", "head.1", "z"])
      let h = try #require(summary.layers["h"])
      #expect(h.dimension == 32 && h.n == 60)
      for key in [
        "knn_top1", "linear_top1", "effective_rank", "rankme", "stable_rank",
        "participation_ratio", "invariance", "alignment", "uniformity",
      ] {
        #expect(h[key] != nil, "\(key)")
      }
      #expect(h.invarianceAt.keys.sorted() == ["0.25", "0.5", "1.0"])
      #expect(try folder.readSummary() == summary)
      #expect(try folder.readMetrics().map(\.step) == Array(1...20))
      // Five steps an epoch, measured after each of three epochs and at the end, three layers each.
      #expect(
        try folder.readGeometry().map(\.step) == [5, 5, 5, 10, 10, 10, 15, 15, 15, 20, 20, 20])
      let sheet = try Data(contentsOf: folder.views)
      #expect(sheet.starts(with: [0x89] + Array("PNG".utf8)))
      #expect(
        try RunConfiguration(path: folder.config.path).resolved()
          == measuredEveryEpoch.resolved())
    }
  }

  @Test(arguments: [RunConfiguration.Precision.float32, .bfloat16])
  func theSameSeedGivesTheSameBits(_ precision: RunConfiguration.Precision) throws {
    guard precision == .float32 || Runtime.hasBFloat16 else { return }
    try withTemporaryFolder { parent in
      let folders = ["a", "b", "c"].map { RunFolder(path: parent.appendingPathComponent($0).path) }
      for (folder, seed) in zip(folders, [5, 5, 6]) {
        let configuration = small {
          $0.seed = seed
          $0.precision = precision
        }
        _ = try finish(TrainingRun(configuration, folder: folder))
      }
      let results = try folders.map { try weights($0, step: 20) }
      #expect(results[0] == results[1])
      #expect(results[0] != results[2])
      #expect(try folders[0].readSummary()?.layers == folders[1].readSummary()?.layers)
    }
  }

  @Test(arguments: [RunConfiguration.OptimizerName.adamW, .sgd, .lars])
  func aStoppedAndResumedRunEqualsAnUninterruptedOne(
    _ optimizer: RunConfiguration.OptimizerName
  ) throws {
    try withTemporaryFolder { parent in
      let whole = RunFolder(path: parent.appendingPathComponent("whole").path)
      let parts = RunFolder(path: parent.appendingPathComponent("parts").path)
      let configuration = small { $0.optimizer = optimizer }
      let expected = try finish(TrainingRun(configuration, folder: whole))

      var asked = 0
      let first = try TrainingRun(configuration, folder: parts).run(shouldStop: {
        asked += 1
        return asked == 8  // in the middle of the second epoch
      })
      guard case .interrupted(step: 8) = first else {
        Issue.record("not stopped after step 8")
        return
      }
      #expect(try parts.readSummary() == nil)
      let summary = try finish(TrainingRun(resuming: parts) { Issue.record("\($0)") })
      #expect(summary.layers == expected.layers)
      #expect(try weights(parts, step: 20) == weights(whole, step: 20))
      let losses = { (folder: RunFolder) in try folder.readMetrics().map(\.loss) }
      #expect(try losses(parts) == losses(whole))
    }
  }

  @Test func aDamagedCheckpointIsNamedAndTheOneBeforeItUsed() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      _ = try finish(TrainingRun(small { $0.steps = 10 }, folder: folder))
      let newest = folder.checkpoints.appendingPathComponent("step-00000010.safetensors")
      let bytes = try Data(contentsOf: newest)
      var flipped = bytes
      flipped[bytes.count / 2] ^= 1
      for damage in [bytes.prefix(bytes.count - 1), bytes.prefix(5), Data(), flipped] {
        try damage.write(to: newest)
        var warnings: [String] = []
        _ = try TrainingRun(resuming: folder) { warnings.append($0) }
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains(newest.path) == true)
        #expect(warnings.first?.contains("from step 5") == true)
      }
      try FileManager.default.removeItem(
        at: folder.checkpoints.appendingPathComponent("step-00000005.json"))
      let error = #expect(throws: RunError.self) { try TrainingRun(resuming: folder) { _ in } }
      #expect(error?.description.contains("no readable checkpoint") == true)
    }
  }

  @Test func aNonFiniteLossStopsAndKeepsTheLastCheckpoint() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      let configuration = small {
        $0.learningRate = 1e30
        $0.optimizer = .sgd
        $0.warmupEpochs = 0
        $0.precision = .float32
      }
      let error = #expect(throws: RunError.self) {
        try TrainingRun(configuration, folder: folder).run()
      }
      guard case .nonFiniteLoss(let step, _, let checkpoint) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(step > 1 && checkpoint == nil)
      let line = "\(error ?? .notARun(path: ""))"
      #expect(line.hasPrefix("the loss of step \(step) is ") && !line.contains("--"))
      let metrics = try folder.readMetrics()
      #expect(metrics.allSatisfy { $0.step < step })
      let summary = try folder.readSummary()
      #expect(summary == nil)
    }
  }

  @Test func weightsThatAreNoNumbersAreNoCheckpoint() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      let configuration = small {
        $0.learningRate = 1e308
        $0.warmupEpochs = 0
        $0.steps = 1
        $0.figures = .none
      }
      let error = #expect(throws: RunError.self) {
        try TrainingRun(configuration, folder: folder).run()
      }
      #expect(error == .nonFiniteWeights(step: 1, lastCheckpoint: nil))
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.checkpoints.path)
      #expect(!files.contains { $0.hasPrefix("step-") })
      #expect(try folder.readSummary() == nil)
    }
  }

  @Test func dataOfAnotherSizeIsNotTheRuns() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      let run = try TrainingRun(small { $0.figures = .none }, folder: folder)
      _ = try run.run(shouldStop: { true })
      let config = try String(contentsOf: folder.config, encoding: .utf8)
      let images = 80
      let more = config.replacing("train_count: \(images)", with: "train_count: \(images + 16)")
      #expect(more != config)
      try Data(more.utf8).write(to: folder.config)
      #expect(
        throws: RunError.dataChanged(path: folder.url.path, images: images + 16, before: images)
      ) {
        try TrainingRun(resuming: folder) { _ in }
      }
    }
  }

  @Test func aRefusedRunWritesNothing() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      #expect(throws: ConfigurationError.batchTooLarge(batchSize: 81, images: 80)) {
        try TrainingRun(small { $0.batchSize = 81 }, folder: folder)
      }
      #expect(!folder.exists)

      try Data("mine".utf8).write(to: parent.appendingPathComponent("note"))
      #expect(throws: RunError.outputExists(path: parent.path)) {
        try TrainingRun(small(), folder: RunFolder(path: parent.path))
      }
    }
  }

  @Test func aFolderThatIsNoRunCannotBeResumed() throws {
    try withTemporaryFolder { parent in
      #expect(throws: RunError.notARun(path: parent.path)) {
        try TrainingRun(resuming: RunFolder(path: parent.path)) { _ in }
      }
    }
  }
}
