import Contrastive
import Foundation
import RunStore
import Runs
import TestSupport
import Testing
import Torch

/// Schedules through a run's configuration: what it refuses, what its metrics hold, and that it resumes.
@Suite(.serialized) struct HeadScheduleRunTests {
  private func small(_ settings: [String: String] = [:]) throws -> RunConfiguration {
    var configuration = RunConfiguration()
    let own = [
      "image_size": "16", "width": "4", "head": "mlp:16-8", "train_count": "48",
      "held_out_count": "32", "batch_size": "16", "steps": "7", "log_every": "1", "threads": "1",
      "precision": "fp32", "gap_steps": "2",
    ]
    for (key, value) in own.merging(settings, uniquingKeysWith: { $1 }) {
      try configuration.set(key, to: value)
    }
    return configuration
  }

  private func refusal(_ settings: [String: String]) throws -> ConfigurationError? {
    let configuration = try small(settings)
    return #expect(throws: ConfigurationError.self) { try configuration.resolved() }
  }

  /// The same run twice: uninterrupted, and resumed after it was stopped at the `stop`th time of asking.
  private func wholeAndInParts(
    _ settings: [String: String], stop: Int, in parent: URL
  ) throws -> (whole: RunFolder, parts: RunFolder) {
    let configuration = try small(settings)
    let whole = RunFolder(path: parent.appendingPathComponent("whole").path)
    let parts = RunFolder(path: parent.appendingPathComponent("parts").path)
    _ = try TrainingRun(configuration, folder: whole).run()
    var asked = 0
    _ = try TrainingRun(configuration, folder: parts).run(shouldStop: {
      asked += 1
      return asked == stop
    })
    _ = try TrainingRun(resuming: parts) { Issue.record("\($0)") }.run()
    return (whole, parts)
  }

  @Test func theGapIsOnOneLineOfAnEpochWhateverLinesThereAre() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      _ = try TrainingRun(small(["log_every": "2", "steps": "8"]), folder: folder).run()
      let metrics = try folder.readMetrics()
      // Three steps an epoch.
      #expect(metrics.map(\.step) == [1, 2, 4, 6, 8])
      #expect(metrics.filter { $0.extra["best_response_gap"] != nil }.map(\.step) == [1, 4, 8])
    }
  }

  @Test(arguments: ["unrolled:2", "frozen:orthogonal"])
  func aRunLogsTheBestResponseGapOnceAnEpoch(_ schedule: String) throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      let run = try TrainingRun(small(["schedule": schedule]), folder: folder)
      guard case .finished = try run.run() else {
        Issue.record("not finished")
        return
      }
      let metrics = try folder.readMetrics()
      // Three steps an epoch.
      #expect(metrics.filter { $0.extra["best_response_gap"] != nil }.map(\.step) == [1, 4, 7])
    }
  }

  @Test(arguments: ["alternating:2,fresh", "ema:0.9"])
  func aStoppedAndResumedRunEqualsAnUninterruptedOne(_ schedule: String) throws {
    try withTemporaryFolder { parent in
      let (whole, parts) = try wholeAndInParts(["schedule": schedule], stop: 4, in: parent)
      let lines = { (folder: RunFolder) in
        try folder.readMetrics().map { [$0.loss, $0.extra["best_response_gap"]] }
      }
      #expect(try lines(parts) == lines(whole))
      #expect(try parts.readSummary()?.layers == whole.readSummary()?.layers)
    }
  }

  @Test func metricsHoldTheTemperatureThatIsLearnedAndTheBoundOnMutualInformation() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      let settings = [
        "objective": "nt-xent,learned", "warmup_epochs": "0", "learning_rate": "0.01",
      ]
      _ = try TrainingRun(small(settings), folder: folder).run()
      let metrics = try folder.readMetrics()
      let last = try #require(metrics.last)
      let file = folder.checkpoints.appendingPathComponent("step-00000007.safetensors").path
      let logarithm = try #require(SafeTensors(path: file).tensors["objective.logarithm"]).item
      #expect(
        try #require(last.extra["temperature"]).isApproximately(exp(-logarithm), relative: 1e-6))
      #expect(Set(metrics.map { $0.extra["temperature"] }).count == 7)
      for line in metrics {
        // ln 31 candidates for batches of 16.
        let bound = try #require(line.extra["mutual_information_bound"])
        #expect(bound.isApproximately(log(31.0) - (line.loss ?? .nan), within: 1e-12))
      }
    }
  }

  @Test func metricsOfAnObjectiveWithoutASoftmaxHoldNoneOfItsFigures() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      let settings = ["objective": "byol", "steps": "1", "encoder_batch_size": "5"]
      _ = try TrainingRun(small(settings), folder: folder).run()
      let line = try #require(try folder.readMetrics().first)
      #expect(line.softmaxEntropy == nil && line.contrastiveTop1 != nil)
      #expect(Set(line.extra.keys) == ["best_response_gap", "update_encoder", "update_head"])
    }
  }

  @Test func aFrozenObjectiveComesFromTheHeadsFile() throws {
    try withTemporaryFolder { parent in
      let first = RunFolder(path: parent.appendingPathComponent("first").path)
      _ = try TrainingRun(small(["steps": "3", "objective": "byol"]), folder: first).run()
      let file = first.checkpoints.appendingPathComponent("step-00000003.safetensors").path
      func learned(_ path: String) throws -> [String: [Float]] {
        try SafeTensors(path: path).tensors.filter {
          $0.key.hasPrefix("objective.") && !$0.key.contains("running")
            && !$0.key.hasSuffix("tracked")
        }.mapValues { $0.scalars(Float.self) }
      }
      func run(_ name: String, _ settings: [String: String]) throws -> String {
        let folder = RunFolder(path: parent.appendingPathComponent(name).path)
        let own = ["schedule": "frozen:\(file)", "seed": "9", "steps": "2"]
        _ = try TrainingRun(
          small(own.merging(settings, uniquingKeysWith: { $1 })), folder: folder
        ).run()
        return folder.checkpoints.appendingPathComponent("step-00000002.safetensors").path
      }
      let predictor = try learned(file)
      #expect(predictor.count == 6)
      #expect(try learned(run("byol", ["objective": "byol"])) == predictor)
      // Another objective's parameters are not in the file: they stay as built.
      let temperature = try learned(run("learned", ["objective": "nt-xent,learned"]))
      #expect(temperature == ["objective.logarithm": [Float(log(1 / 0.2))]])
      let error = #expect(throws: ConfigurationError.self) {
        try run("narrow", ["objective": "byol,predictor=3"])
      }
      #expect(
        error?.description.contains("schedule frozen:\(file): the tensors do not fit") == true)
    }
  }

  @Test func underScheduleNoneThereIsNoHead() throws {
    let resolved = try small(["schedule": "none"]).resolved()
    #expect(resolved.head == .none)
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      let run = try TrainingRun(small(["schedule": "none", "steps": "2"]), folder: folder)
      guard case .finished(let summary) = try run.run() else { return }
      #expect(Array(summary.layers.keys) == ["h"])
      #expect(try folder.readMetrics().allSatisfy { $0.extra["best_response_gap"] == nil })
    }
  }

  @Test func labelsMoreViewsAndPartsOfABatchReachTheObjective() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      let settings = [
        "objective": "supcon", "views": "3", "encoder_batch_size": "5", "steps": "2",
      ]
      let run = try TrainingRun(small(settings), folder: folder)
      guard case .finished(let summary) = try run.run() else { return }
      #expect(try folder.readMetrics().count == 2)
      #expect(summary.config["objective"]?.stringValue == "supcon")
    }
  }

  @Test func aRunWithAQueueResumesWhereItWas() throws {
    try withTemporaryFolder { parent in
      let (whole, parts) = try wholeAndInParts(
        ["objective": "moco:96", "steps": "5"], stop: 2, in: parent)
      #expect(try parts.readMetrics().map(\.loss) == whole.readMetrics().map(\.loss))
    }
  }

  @Test func aFrozenHeadComesFromAFile() throws {
    try withTemporaryFolder { parent in
      let first = RunFolder(path: parent.appendingPathComponent("first").path)
      _ = try TrainingRun(small(["steps": "3"]), folder: first).run()
      let file = first.checkpoints.appendingPathComponent("step-00000003.safetensors").path
      let second = RunFolder(path: parent.appendingPathComponent("second").path)
      _ = try TrainingRun(small(["schedule": "frozen:\(file)", "seed": "9"]), folder: second).run()
      let after = second.checkpoints.appendingPathComponent("step-00000007.safetensors").path
      let weights = { (path: String) in
        try SafeTensors(path: path).tensors.filter { $0.key.hasPrefix("head.") }
          .mapValues { $0.scalars(Float.self) }
      }
      #expect(try weights(file) == weights(after))

      let third = RunFolder(path: parent.appendingPathComponent("third").path)
      for bad in ["\(file).none", first.config.path] {
        let error = #expect(throws: ConfigurationError.self) {
          try TrainingRun(small(["schedule": "frozen:\(bad)"]), folder: third)
        }
        guard case .headWeights(path: bad, let reason) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
        #expect(!reason.isEmpty)
        #expect(!third.exists)
      }
      let error = #expect(throws: ConfigurationError.self) {
        try TrainingRun(
          small(["schedule": "frozen:\(file)", "head": "mlp:16-9"]), folder: third)
      }
      #expect(error?.description.contains("shape") == true)
    }
  }

  @Test func whatDoesNotGoTogetherIsRefusedBeforeDataIsRead() throws {
    #expect(
      try refusal(["schedule": "alternating:2", "head": "none"])
        == .nothingToTrain(.alternating(headSteps: 2, batch: .same), .none))
    for key in [
      "head_learning_rate_factor", "head_weight_decay", "head_momentum", "head_warmup_epochs",
    ] {
      #expect(try refusal([key: "0.5"]) == .differsFromEncoder(key: key))
    }
    for (head, count) in [("first:33", 33), ("low-rank:40", 40)] {
      let refusal = try refusal(["head": head])
      guard case .head = refusal else {
        Issue.record("\(String(describing: refusal))")
        continue
      }
      #expect(
        refusal?.description
          == "head '\(head)' is not understood: \(count) is more than the 32 coordinates of h")
    }
    #expect(
      try refusal(["objective": "moco:100"])
        == .unevenQueue(
          .momentumContrast(queueLength: 100, momentum: 0.999), length: 100, batchSize: 16, views: 2
        ))
    for (objective, reason) in [("moco:64", "its queue"), ("nt-xent,tiled", "tile by tile")] {
      for schedule in ["unrolled:2", "implicit:2"] {
        let refusal = try refusal(["objective": objective, "schedule": schedule])
        guard case .secondDerivatives(let refused, let of, let obstacle) = refusal else {
          Issue.record("\(String(describing: refusal))")
          continue
        }
        #expect(refused.description == schedule && of.description == objective)
        #expect(obstacle.contains(reason))
      }
    }
  }

  @Test(arguments: ["nt-xent", "vicreg@h,invariance@z"])
  func aSparseHeadsPenaltyAndRelativeUpdatesAreLoggedAndResumed(_ objective: String) throws {
    try withTemporaryFolder { parent in
      let settings = [
        "head": "mlp:16-8,sparse=24,top=4,levels=8", "objective": objective, "log_every": "3",
      ]
      let (whole, parts) = try wholeAndInParts(settings, stop: 4, in: parent)
      let metrics = try whole.readMetrics()
      #expect(metrics.map(\.step) == [1, 3, 6, 7])
      for line in metrics {
        let penalty = try #require(line.extra["head_penalty"])
        #expect(penalty > 0 && penalty < line.loss ?? 0)
        #expect(try #require(line.extra["update_encoder"]) > 0)
        #expect(try #require(line.extra["update_head"]) > 0)
        if let bound = line.extra["mutual_information_bound"] {
          #expect(bound.isApproximately(log(31.0) - (line.loss ?? .nan) + penalty, within: 1e-12))
        } else {
          #expect(objective != "nt-xent")
        }
      }
      let numbers = { (folder: RunFolder) in
        try folder.readMetrics().map { line in
          line.numbers.filter { $0.key != "views_per_second" }.map(\.value)
        }
      }
      #expect(try numbers(parts) == numbers(whole))
      let layers = try #require(try whole.readSummary()).layers
      #expect(Set(layers.keys) == ["h", "head.1", "head.2", "head.3", "z"])
      #expect(try parts.readSummary()?.layers == layers)
    }
  }

  @Test func aLossAtHNeedsAHeadThatSetsZApart() throws {
    for other in [["schedule": "none"], ["head": "none"]] {
      let refusal = try refusal(["objective": "vicreg@h,variance=2"].merging(other) { $1 })
      #expect(
        refusal?.description
          == "objective vicreg@h,variance=2.0 stands at h, but without a head z is h: use vicreg,variance=2.0"
      )
    }
  }

  @Test func whatStandsAtHIsInTheLossAndTheStatisticsAreOfZ() throws {
    try withTemporaryFolder { parent in
      func metrics(_ objective: String) throws -> [String: Double] {
        let folder = RunFolder(path: parent.appendingPathComponent(objective).path)
        _ = try TrainingRun(
          small(["objective": objective, "steps": "1", "encoder_batch_size": "5"]), folder: folder
        ).run()
        let line = try #require(try folder.readMetrics().first)
        return Dictionary(line.numbers.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
      }
      let (z, h, both) = (
        try metrics("nt-xent"), try metrics("nt-xent@h"), try metrics("nt-xent@both")
      )
      for key in ["contrastive_top1", "mean_positive_cosine", "softmax_entropy"] {
        #expect(z[key] == h[key] && z[key] == both[key])
      }
      let sum = try #require(z["loss"]) + (try #require(h["loss"]))
      #expect(try #require(both["loss"]).isApproximately(sum, relative: 1e-6))
      #expect(z["mutual_information_bound"] != nil && both["mutual_information_bound"] == nil)
      #expect(h["mutual_information_bound"] == nil && h["best_response_gap"] == nil)
    }
  }

  @Test func whatFollowsFromOtherSettingsIsFilledIn() throws {
    let learned = ["head": "none", "objective": "nt-xent,learned", "schedule": "alternating:1"]
    #expect(try small(learned).resolved().head == .none)
    let resolved = try small([
      "schedule": "two-timescale", "head_warmup_epochs": "2", "momentum": "0.8",
    ]).resolved()
    #expect(resolved.headMomentum == 0.8 && resolved.headWarmupEpochs == 2)
    #expect(resolved.headWeightDecay == resolved.weightDecay)
  }
}
