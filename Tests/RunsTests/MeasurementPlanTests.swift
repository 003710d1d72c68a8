import Foundation
import RunStore
import Runs
import TestSupport
import Testing
import Torch

@Suite(.serialized) struct MeasurementPlanTests {
  private func configuration(
    every: Int, budget: Double, _ precision: RunConfiguration.Precision = .float32
  ) -> RunConfiguration {
    tinyRun {
      $0.measureEvery = every
      $0.measureBudget = budget
      $0.precision = precision
    }
  }

  private func plan(
    every: Int, budget: Double, _ precision: RunConfiguration.Precision = .float32,
    stepsPerEpoch: Int, heldOut: Int
  ) -> MeasurementPlan {
    MeasurementPlan(
      configuration(every: every, budget: budget, precision), stepsPerEpoch: stepsPerEpoch,
      heldOutCount: heldOut)
  }

  @Test func theBudgetDecidesOnHowManySamples() {
    // 100 steps of 32 views, three passes each: 9,600 an epoch. A tenth pays for 320 samples of three.
    let plan = plan(every: 1, budget: 0.1, stepsPerEpoch: 100, heldOut: 5000)
    #expect(plan.samples == 320 && plan.interval == 1)
    let twice = self.plan(every: 2, budget: 0.1, stepsPerEpoch: 100, heldOut: 5000)
    #expect(twice.samples == 640 && twice.interval == 2)
    let rich = self.plan(every: 1, budget: 100, stepsPerEpoch: 100, heldOut: 5000)
    #expect(rich.samples == 2000)
    #expect(self.plan(every: 1, budget: 100, stepsPerEpoch: 100, heldOut: 70).samples == 70)
  }

  @Test func measuringInFloat32CostsTwiceWhereTrainingIsInBFloat16() {
    let plan = plan(every: 2, budget: 0.1, .bfloat16, stepsPerEpoch: 100, heldOut: 5000)
    #expect(plan.samples == 320 && plan.interval == 2)
  }

  @Test func whereSamplesWouldBeTooFewEpochsAreSkipped() {
    // 32 samples an epoch: 256 every eighth.
    let plan = plan(every: 1, budget: 0.01, stepsPerEpoch: 100, heldOut: 5000)
    #expect(plan.samples == 256 && plan.interval == 8)
    #expect((1...16).filter(plan.measures(epoch:)) == [8, 16])
    let message = plan.message(configuration(every: 1, budget: 0.01))
    #expect(message?.contains("every 8 epochs instead of every 1") == true)
    #expect(self.plan(every: 1, budget: 0, stepsPerEpoch: 100, heldOut: 9).interval == nil)
    #expect(self.plan(every: 0, budget: 1, stepsPerEpoch: 100, heldOut: 9).interval == nil)
    #expect(plan.message(configuration(every: 8, budget: 0.01)) == nil)
  }

  @Test func measuringChangesNoBitOfTraining() throws {
    try withTemporaryFolder { parent in
      let contents = try [0, 1].map { every in
        let folder = RunFolder(path: parent.appendingPathComponent("\(every)").path)
        _ = try TrainingRun(configuration(every: every, budget: 1), folder: folder).run()
        let last = folder.checkpoints.appendingPathComponent("step-00000020.safetensors")
        return try Data(contentsOf: last)
      }
      #expect(contents[0] == contents[1])
    }
  }

  @Test func aResumedRunMeasuresWhatAnUninterruptedOneDoes() throws {
    try withTemporaryFolder { parent in
      let settings = configuration(every: 1, budget: 0.8)
      let whole = RunFolder(path: parent.appendingPathComponent("whole").path)
      _ = try TrainingRun(settings, folder: whole).run()
      let parts = RunFolder(path: parent.appendingPathComponent("parts").path)
      for stop in [3, 5] {
        var asked = 0
        let run =
          try parts.exists
          ? TrainingRun(resuming: parts) { Issue.record("\($0)") }
          : TrainingRun(settings, folder: parts)
        _ = try run.run(shouldStop: {
          asked += 1
          return asked == stop
        })
      }
      _ = try TrainingRun(resuming: parts) { Issue.record("\($0)") }.run()
      #expect(try Data(contentsOf: parts.geometry) == Data(contentsOf: whole.geometry))
      // Three layers after each of three epochs, and at the end.
      #expect(try whole.readGeometry().count == 12)
    }
  }
}
