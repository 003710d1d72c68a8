import Foundation
import Records
import RunStore
import Runs
import TestSupport
import Testing

/// What happens to a run that is stopped at an awkward moment, or opened twice.
@Suite(.serialized) struct ResumeTests {
  private func small(_ change: (inout RunConfiguration) -> Void = { _ in }) -> RunConfiguration {
    tinyRun {
      $0.width = 2
      $0.head = .mlp(hidden: [8], output: 4)
      $0.trainCount = 32
      $0.heldOutCount = 40
      $0.steps = 8
      $0.logEvery = 1
      change(&$0)
    }
  }

  private func withRun(_ body: (RunFolder) throws -> Void) throws {
    try withTemporaryFolder { parent in
      try body(RunFolder(path: parent.appendingPathComponent("run").path))
    }
  }

  private func stop(_ run: TrainingRun, afterSteps count: Int) throws {
    var asked = 0
    let outcome = try run.run(shouldStop: {
      asked += 1
      return asked == count
    })
    guard case .interrupted = outcome else {
      Issue.record("not interrupted")
      return
    }
  }

  private func resume(_ folder: RunFolder) throws {
    _ = try TrainingRun(resuming: folder) { Issue.record("\($0)") }.run()
  }

  private func names(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func aRunKeepsItsNewestCheckpointsAndEveryNthEpochs() throws {
    try withRun { folder in
      // Two steps an epoch: checkpoints after 2, 4, …, 12.
      let configuration = small {
        $0.steps = 12
        $0.keep = 2
        $0.keepEvery = 2
      }
      _ = try TrainingRun(configuration, folder: folder).run()
      #expect(CheckpointFolder(folder: folder).steps == [12, 10, 8, 4])
    }
    try withRun { folder in
      _ = try TrainingRun(small { $0.keep = 0 }, folder: folder).run()
      #expect(CheckpointFolder(folder: folder).steps == [8, 6, 4, 2])
    }
  }

  @Test func aSecondProcessIsKeptOffARunThatIsWorkedOn() throws {
    try withRun { folder in
      let run = try TrainingRun(small(), folder: folder)
      let error = #expect(throws: RunStoreError.self) { try TrainingRun(resuming: folder) { _ in } }
      #expect(error == .inUse(path: folder.url.path, process: getpid()))
      #expect(error?.description.contains("process \(getpid())") == true)
      try stop(run, afterSteps: 1)
      // Stopped, it lets go of its folder although the object is still there.
      try resume(folder)
      #expect(throws: RunError.self) { try TrainingRun(small(), folder: folder) }
      withExtendedLifetime(run) {}
    }
  }

  @Test func aRunKilledBeforeItsFirstCheckpointBeginsAgain() throws {
    try withRun { folder in
      try folder.create()
      try Data(small().yaml.utf8).write(to: folder.config)
      try Data("{\"epoch\":0.5,\"loss\":9,\"step\":1}\n{\"epo".utf8).write(to: folder.metrics)
      try Data(count: 99).write(
        to: folder.checkpoints.appendingPathComponent(".gnomon-abc.tmp"))
      try Data(count: 9).write(
        to: folder.checkpoints.appendingPathComponent("step-00000002.safetensors"))
      var warnings: [String] = []
      _ = try TrainingRun(resuming: folder) { warnings.append($0) }.run()
      #expect(warnings.count == 1 && warnings[0].contains("begins again"), "\(warnings)")
      #expect(try folder.readMetrics().map(\.step) == Array(1...8))
      #expect(try folder.readSummary()?.steps == 8)
      let left = try names(in: folder.url) + names(in: folder.checkpoints)
      #expect(!left.contains { $0.hasSuffix(".tmp") }, "\(left)")
    }
  }

  @Test func aFolderInWhichAKilledProcessHadOnlyBegunIsTakenAsNew() throws {
    try withRun { folder in
      try folder.create()
      _ = try folder.lock()
      try Data("half".utf8).write(to: folder.url.appendingPathComponent(".gnomon-xyz.tmp"))
      try stop(TrainingRun(small(), folder: folder), afterSteps: 1)
      let left = try names(in: folder.url)
      #expect(!left.contains(".gnomon-xyz.tmp"))
    }
  }

  @Test func linesOfAnUnfinishedLastMeasurementAreNotDoubled() throws {
    try withRun { folder in
      let summary = try finish(TrainingRun(small(), folder: folder))
      // As if killed between the last line and the summary.
      try FileManager.default.removeItem(at: folder.summary)
      let again = try finish(TrainingRun(resuming: folder) { Issue.record("\($0)") })
      #expect(again.layers == summary.layers)
      #expect(try folder.readGeometry().map(\.figures.layer) == ["h", "head.1", "z"])
    }
  }

  @Test func aRunStoppedAfterItsLastStepIsOnlyMeasuredWhenResumed() throws {
    try withRun { folder in
      let run = try TrainingRun(small(), folder: folder)
      try stop(run, afterSteps: 9)  // asked once a step, and once more before measuring
      #expect(CheckpointFolder(folder: folder).newestStep == 8)
      #expect(try folder.readSummary() == nil)
      try resume(folder)
      #expect(try folder.readSummary()?.steps == 8)
    }
  }

  private func finish(_ run: TrainingRun) throws -> RunSummary {
    guard case .finished(let summary) = try run.run() else {
      throw RunError.notARun(path: "interrupted")
    }
    return summary
  }
}
