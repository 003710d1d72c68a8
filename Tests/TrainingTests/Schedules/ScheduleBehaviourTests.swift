import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN
import Training

/// What each schedule does to the head, and what it costs the encoder.
@Suite struct ScheduleBehaviourTests {
  private func passes(_ trainer: Trainer) throws -> Int {
    let encoder = try #require(trainer.encoder as? TinyEncoder)
    let before = encoder.passes
    try train(trainer, steps: 1)
    return encoder.passes - before
  }

  @Test func theEncoderRunsForwardOnceAStepUnderEverySchedule() throws {
    let solver = HypergradientSolver(iterations: 3)
    let schedules: [any HeadSchedule] = [
      Joint(), TwoTimescale(), Alternating(headSteps: 5), Unrolled(steps: 3), Frozen(), NoHead(),
      Implicit(solver, headSteps: 2), Reset(every: 2), AveragedHead(momentum: 0.9),
    ]
    for schedule in schedules { #expect(try passes(tinyTrainer(schedule)) == 1, "\(schedule)") }
    #expect(try passes(tinyTrainer(.alternating(headSteps: 5, batch: .fresh))) == 6)
  }

  @Test func aFrozenHeadStaysAndAnOrthogonalOneIsOrthogonal() throws {
    let trainer = tinyTrainer(.frozen(.orthogonal))
    let before = values(trainer, "head.")
    try train(trainer)
    #expect(values(trainer, "head.") == before)
    for (_, parameter) in trainer.objective.head.parameters {
      let weight = parameter.tensor.detached()
      guard weight.rank == 2 else {
        #expect(abs(weight).max().item == 0)
        continue
      }
      let isWide = weight.size(0) <= weight.size(1)
      let gram = isWide ? weight.matmul(weight.transposed()) : weight.transposed().matmul(weight)
      // Orthonormal to float32's rounding over at most 7 products.
      #expect(abs(gram - Tensor.eye(gram.size(0))).max().item < 1e-6)
    }
  }

  @Test func aResetBringsANewHeadThatDependsOnSeedAndStepAlone() throws {
    let trainer = tinyTrainer(.reset(every: 3, seed: 4))
    try train(trainer, steps: 3)
    let old = values(trainer, "head.")
    // With no rates, the step changes nothing but by the reset.
    _ = try trainer.step(on: ViewBatch(tinyImages(seed: 0)), learningRate: 0)
    let new = values(trainer, "head.")
    #expect(new != old)

    let other = tinyTrainer(.reset(every: 3, seed: 4))
    try train(other, steps: 3, rate: 0.01)
    _ = try other.step(on: ViewBatch(tinyImages(seed: 9)), learningRate: 0)
    #expect(values(other, "head.") == new)
    let unlike = tinyTrainer(.reset(every: 3, seed: 5))
    try train(unlike, steps: 3)
    _ = try unlike.step(on: ViewBatch(tinyImages(seed: 0)), learningRate: 0)
    #expect(values(unlike, "head.") != new)
  }

  @Test func headStepsLowerTheLossBeforeTheEncodersTurn() throws {
    let losses = try [0, 1, 8].map { steps in
      let trainer = tinyTrainer(.alternating(headSteps: steps))
      return try train(trainer, steps: 1, rate: 0.01)[0]
    }
    #expect(losses[0] > losses[1] && losses[1] > losses[2])
  }

  @Test(arguments: ["averaged", "reset", "unrolled", "alternating", "moco", "byol", "learned"])
  func aStateThatIsLoadedGoesOnBitForBit(_ name: String) throws {
    func make() -> Trainer {
      switch name {
      case "averaged": tinyTrainer(.averaged(momentum: 0.9))
      case "reset": tinyTrainer(.reset(every: 4))
      case "unrolled": tinyTrainer(.unrolled(steps: 2))
      case "moco":
        tinyTrainer(.joint, encoderBatchNorm: true) {
          MomentumContrast(temperature: 0.3, queueLength: 32, dimension: $0, momentum: 0.9)
        }
      case "byol":
        tinyTrainer(.alternating(headSteps: 2), encoderBatchNorm: true) {
          BYOL(dimension: $0, hidden: 5, momentum: 0.9)
        }
      case "learned":
        tinyTrainer(.joint) { _ in InfoNCE(temperature: 0.3, learnsTemperature: true) }
      default: tinyTrainer(.alternating(headSteps: 2, batch: .fresh))
      }
    }
    let whole = make()
    try train(whole, steps: 3)
    let state = whole.state.mapValues { $0.copied() }
    let rest = try train(whole, steps: 3)
    let resumed = make()
    try resumed.load(state, step: 3)
    #expect(try train(resumed, steps: 3) == rest)
    #expect(values(resumed) == values(whole))
  }

  @Test func aStateThatDoesNotFitChangesNoBitOfAnyPart() throws {
    let trainer = tinyTrainer(.averaged(momentum: 0.9), encoderBatchNorm: true) {
      BYOL(dimension: $0, hidden: 5, momentum: 0.9)
    }
    try train(trainer, steps: 2)
    let before = values(trainer)
    var state = trainer.state.mapValues { $0 + 1 }
    state["encoder_optimizer.last.bias.step"] = nil
    state["schedule.2.weight"] = .zeros([1])
    state["slow_head.2.bias"] = nil
    state["elsewhere.weight"] = .zeros([1])
    let error = #expect(throws: StateMismatch.self) { try trainer.load(state, step: 9) }
    #expect(error?.missing == ["encoder_optimizer.last.bias.step", "slow_head.2.bias"])
    #expect(error?.unexpected == ["elsewhere.weight"])
    #expect(error?.misshapen.map(\.name) == ["schedule.2.weight"])
    #expect(values(trainer) == before)
    #expect(trainer.stepCount == 2)
    try trainer.load(trainer.state.mapValues { $0.copied() }, step: 9)
    #expect(trainer.stepCount == 9)
  }

  @Test func aLossThatIsNotFiniteStopsBeforeTheEncoderHasMoved() throws {
    for schedule in [Joint() as any HeadSchedule, Alternating(headSteps: 2), Unrolled(steps: 2)] {
      let trainer = tinyTrainer(schedule)
      let before = values(trainer, "encoder.")
      #expect(throws: NonFiniteLoss.self) {
        try trainer.step(on: Tensor.full([4, 3, 2, 2], .nan), learningRate: 0.1)
      }
      #expect(values(trainer, "encoder.") == before)
    }
  }

  @Test func aLossThatIsNotFiniteLeavesNoGradientAndMovesNoHeadThatMovesWithTheEncoder() throws {
    let trainer = tinyTrainer(Joint())
    let before = values(trainer, "head.")
    #expect(throws: NonFiniteLoss.self) {
      try trainer.step(on: Tensor.full([4, 3, 2, 2], .nan), learningRate: 0.1)
    }
    #expect(values(trainer, "head.") == before)
    let all = trainer.encoder.parameters + trainer.objective.parameters
    #expect(all.allSatisfy { $0.parameter.tensor.gradient == nil })
  }
}
