import Foundation
import Runs
import RunStore
import TestSupport
import Testing

/// The largest values that settings take do not overflow where they are multiplied.
@Suite(.serialized) struct SettingLimitsTests {
  /// Every whole number that has nothing to do with the size of tensors at its upper bound.
  private func extreme() throws -> RunConfiguration {
    var configuration = tinyRun()
    let keys = [
      "epochs", "seed", "warmup_epochs", "head_warmup_epochs", "checkpoint_every", "keep",
      "keep_every", "measure_every", "measure_budget", "log_every",
    ]
    for key in keys {
      let setting = try RunConfiguration.declaration(of: key)
      switch setting.form {
      case .whole(let range): try configuration.set(key, to: "\(range.upperBound)")
      case .real(let range): try configuration.set(key, to: "\(range.upperBound)")
      default: Issue.record("\(key) is no number")
      }
    }
    return configuration
  }

  @Test(arguments: [nil, 1_000_000_000] as [Int?])
  func aRunAtTheBoundsOfItsSettingsTakesSteps(_ steps: Int?) throws {
    try withTemporaryFolder { parent in
      var configuration = try extreme()
      configuration.steps = steps
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      var asked = 0
      let outcome = try TrainingRun(configuration, folder: folder).run(shouldStop: {
        asked += 1
        return asked == 2
      })
      guard case .interrupted(step: 2) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(try RunConfiguration(path: folder.config.path) == configuration.resolved())
    }
  }

  @Test func aPlanOfTheLargestSettingsIsAPlan() throws {
    var configuration = try extreme()
    configuration.batchSize = 1_000_000
    configuration.views = 64
    let stepsPerEpoch = Int(Int32.max) / configuration.batchSize
    let rich = MeasurementPlan(configuration, stepsPerEpoch: stepsPerEpoch, heldOutCount: 2000)
    #expect(rich.interval == 1_000_000 && rich.samples == 2000)
    configuration.measureBudget = .leastNonzeroMagnitude
    let poor = MeasurementPlan(configuration, stepsPerEpoch: stepsPerEpoch, heldOutCount: 2000)
    #expect(poor.interval == nil)
  }
}
