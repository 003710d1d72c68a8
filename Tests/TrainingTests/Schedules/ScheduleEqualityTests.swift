import Contrastive
import Testing
import Torch
import TorchNN
import Training

/// Schedules that must come to the same thing do so bit for bit.
@Suite struct ScheduleEqualityTests {
  static let methods: [OptimizerMethod] = [
    .adamW, .sgd(momentum: 0.9), .lars(momentum: 0.9),
  ]
  let normed = HeadArchitecture.mlp(hidden: [7], output: 4, batchNorm: true)

  @Test(arguments: methods)
  func alternatingWithAHeadLearningRateOfZeroIsFrozen(_ method: OptimizerMethod) throws {
    let alternating = tinyTrainer(.alternating(headSteps: 3), head: normed, method: method)
    let frozen = tinyTrainer(.frozen(), head: normed, method: method)
    let losses = try train(alternating, headRate: 0)
    #expect(try train(frozen) == losses)
    #expect(values(alternating, "encoder.") == values(frozen, "encoder."))
    #expect(values(alternating, "head.") == values(frozen, "head."))
  }

  @Test(arguments: methods)
  func twoTimescaleWithEqualRatesIsJoint(_ method: OptimizerMethod) throws {
    let joint = tinyTrainer(.joint, head: normed, method: method)
    let twoTimescale = tinyTrainer(
      .twoTimescale, head: normed, method: method, headMethod: method, headWeightDecay: 0.01)
    let losses = try train(joint)
    #expect(try train(twoTimescale, headRate: 0.05) == losses)
    #expect(values(joint) == values(twoTimescale))
    let other = tinyTrainer(.twoTimescale, head: normed, method: method)
    #expect(try train(other, headRate: 0.1) != losses)
  }

  @Test func alternatingWithoutHeadStepsIsFrozen() throws {
    let alternating = tinyTrainer(.alternating(headSteps: 0))
    let frozen = tinyTrainer(.frozen())
    #expect(try train(alternating) == train(frozen))
    #expect(values(alternating, "encoder.") == values(frozen, "encoder."))
  }

  @Test func unrolledWithoutStepsOrWithStepsOfNoLengthIsJoint() throws {
    let joint = tinyTrainer(.joint)
    let losses = try train(joint)
    for schedule in [Unrolled(steps: 0), Unrolled(steps: 2, rate: 0)] {
      let unrolled = tinyTrainer(schedule)
      #expect(try train(unrolled) == losses)
      #expect(values(unrolled) == values(joint))
    }
    #expect(try train(tinyTrainer(.unrolled(steps: 2, rate: 0.5))) != losses)
  }

  @Test func implicitWithoutIterationsIsAlternating() throws {
    let solver = HypergradientSolver(iterations: 0)
    let implicit = tinyTrainer(.implicit(solver, headSteps: 2))
    let alternating = tinyTrainer(.alternating(headSteps: 2))
    #expect(try train(implicit) == train(alternating))
    #expect(values(implicit) == values(alternating))
  }

  @Test func anAverageThatKeepsNothingIsAlternatingAndOneThatKeepsAllIsFrozen() throws {
    let fast = tinyTrainer(.averaged(momentum: 0))
    let alternating = tinyTrainer(.alternating(headSteps: 1))
    #expect(try train(fast) == train(alternating))
    #expect(values(fast, "encoder.") == values(alternating, "encoder."))
    #expect(values(fast, "head.") == values(alternating, "head."))
    let still = tinyTrainer(.averaged(momentum: 1))
    let frozen = tinyTrainer(.frozen())
    #expect(try train(still) == train(frozen))
    #expect(values(still, "encoder.") == values(frozen, "encoder."))
    #expect(values(still, "head.") != values(frozen, "head."))
  }

  @Test func freshBatchesThatAreTheSameOneAreTheSame() throws {
    let images = ViewBatch(tinyImages(seed: 3))
    let same = tinyTrainer(.alternating(headSteps: 3))
    let fresh = tinyTrainer(.alternating(headSteps: 3, batch: .fresh))
    for trainer in [same, fresh] {
      for _ in 0..<4 {
        _ = try trainer.step(on: images, learningRate: 0.05, further: { _ in images })
      }
    }
    #expect(values(same) == values(fresh))
  }

  @Test func resettingBeyondTheEndIsJoint() throws {
    let joint = tinyTrainer(.joint)
    let reset = tinyTrainer(.reset(every: 100))
    #expect(try train(joint) == train(reset))
    #expect(values(joint) == values(reset))
  }

  @Test func withoutAHeadAllSchedulesThatMayAreTheSame() throws {
    let results = try [NoHead() as any HeadSchedule, Joint(), Frozen()].map {
      let trainer = tinyTrainer($0, head: .none)
      try train(trainer)
      return values(trainer)
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }
}
