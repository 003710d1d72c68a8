import Contrastive
import Foundation
import TestSupport
import Testing
import Torch
import TorchNN
import Training

/// φ is the head's parameters and the objective's own, a predictor's or a temperature's, under every schedule.
@Suite struct PlayerTests {
  /// An objective that learns something itself.
  enum Learner: String, CaseIterable, Sendable {
    case byol
    case learned

    func make(_ dimension: Int, targetMomentum: Double) -> any Objective {
      switch self {
      case .byol: BYOL(dimension: dimension, hidden: 5, momentum: targetMomentum)
      case .learned: InfoNCE(temperature: 0.3, learnsTemperature: true)
      }
    }
  }

  private static let moving = [
    "joint", "two-timescale", "alternating:2", "alternating:2,fresh", "unrolled:2", "implicit:2",
    "reset:3", "ema:0.9",
  ]
  private static let still = ["frozen", "frozen:orthogonal", "none"]

  private func trainer(
    _ schedule: String, _ learner: Learner, targetMomentum: Double = 0.9
  ) throws -> Trainer {
    let choice = try ScheduleChoice(parsing: schedule)
    return tinyTrainer(
      choice.schedule(seed: 4), head: choice == .none ? .none : .mlp(hidden: [7], output: 4),
      base: { learner.make($0, targetMomentum: targetMomentum) })
  }

  private func phi(_ trainer: Trainer) -> [String: [Double]] {
    Dictionary(
      uniqueKeysWithValues: trainer.objective.parameters.map {
        ($0.name, $0.parameter.tensor.detached().scalars(Double.self))
      })
  }

  @Test(arguments: moving, Learner.allCases)
  func allOfItMovesWhereTheHeadMoves(_ schedule: String, _ learner: Learner) throws {
    let trainer = try trainer(schedule, learner)
    let before = phi(trainer)
    try train(trainer, steps: 2)
    let after = phi(trainer)
    #expect(after.keys.contains { $0.hasPrefix("objective.") })
    for (name, values) in before {
      // An offset before a batch normalisation has no gradient but rounding's.
      if learner == .byol && name == "objective.predictor.0.bias" { continue }
      #expect(after[name] != values, "\(name)")
    }
  }

  @Test(arguments: still, Learner.allCases)
  func noneOfItMovesWhereTheHeadIsHeldFixed(_ schedule: String, _ learner: Learner) throws {
    let trainer = try trainer(schedule, learner)
    let before = phi(trainer)
    let encoder = values(trainer, "encoder.")
    try train(trainer)
    #expect(phi(trainer) == before)
    #expect(values(trainer, "encoder.") != encoder)
    #expect(trainer.headOptimizer == nil)
  }

  @Test(arguments: Learner.allCases)
  func aResetBeginsAllOfItAnew(_ learner: Learner) throws {
    let trainer = try trainer("reset:3", learner)
    let first = phi(trainer)
    try train(trainer, steps: 3)
    let old = phi(trainer)
    _ = try trainer.step(on: ViewBatch(tinyImages(seed: 0)), learningRate: 0)
    let new = phi(trainer)
    // Weights and offsets of linear layers are drawn; scales and shifts of normalisation, and the
    // temperature, begin where they began.
    for (name, values) in new {
      let isDrawn = !name.hasPrefix("objective.predictor.1") && name != "objective.logarithm"
      #expect((values == first[name]) == !isDrawn, "\(name)")
      if name != "objective.predictor.0.bias" { #expect(values != old[name], "\(name)") }
    }
    // By seed and step alone.
    let other = try self.trainer("reset:3", learner)
    try train(other, steps: 3, rate: 0.01)
    _ = try other.step(on: ViewBatch(tinyImages(seed: 9)), learningRate: 0)
    #expect(phi(other) == new)
  }

  @Test(arguments: Learner.allCases)
  func allOfItIsAveraged(_ learner: Learner) throws {
    let trainer = try trainer("ema:0.75", learner)
    let before = phi(trainer)
    try train(trainer, steps: 1)
    let after = phi(trainer)
    let average = trainer.schedule.state
    for (name, values) in before {
      let expected = zip(values, after[name] ?? []).map { 0.75 * $0 + 0.25 * $1 }
      let own = try #require(average[name], "\(name)").scalars(Double.self)
      #expect(zip(own, expected).allSatisfy { $0.isApproximately($1, within: 1e-6) }, "\(name)")
    }
  }

  /// With m = 1 θ learns against φ's first values, and with m = 0 against φ as it stands. Slow copies follow φ, not its
  /// average, so that they are held fixed where φ's first values are meant.
  @Test(arguments: Learner.allCases)
  func theEncoderLearnsAgainstAllOfTheAverage(_ learner: Learner) throws {
    let first = try trainer("ema:1", learner, targetMomentum: 1)
    let frozen = try trainer("frozen", learner, targetMomentum: 1)
    #expect(try train(first) == train(frozen))
    #expect(values(first, "encoder.") == values(frozen, "encoder."))
    #expect(phi(first) != phi(frozen))
    let present = try trainer("ema:0", learner)
    let alternating = try trainer("alternating:1", learner)
    #expect(try train(present) == train(alternating))
    #expect(values(present, "encoder.") == values(alternating, "encoder."))
  }

  @Test(arguments: moving + still, Learner.allCases)
  func aStateThatIsLoadedGoesOnBitForBit(_ schedule: String, _ learner: Learner) throws {
    let whole = try trainer(schedule, learner)
    try train(whole, steps: 2)
    let state = whole.state.mapValues { $0.copied() }
    let rest = try train(whole, steps: 3)
    let resumed = try trainer(schedule, learner)
    try train(resumed, steps: 1)
    try resumed.load(state, step: 2)
    #expect(try train(resumed, steps: 3) == rest)
    #expect(values(resumed) == values(whole))
  }

  @Test(arguments: Learner.allCases)
  func aStateWithoutAveragesOfTheObjectiveBeginsThemAtItsParameters(_ learner: Learner) throws {
    let whole = try trainer("ema:0.9", learner)
    try train(whole, steps: 2)
    let state = whole.state.filter { !$0.key.hasPrefix("schedule.objective.") }
    let resumed = try trainer("ema:0.9", learner)
    try resumed.load(state, step: 2)
    for (name, values) in phi(whole) where name.hasPrefix("objective.") {
      #expect(resumed.schedule.state[name]?.scalars(Double.self) == values)
    }
    let head = { (trainer: Trainer) in
      values(trainer, "schedule.").filter { !$0.key.contains("objective") }
    }
    #expect(head(resumed) == head(whole))
    // A head's average is missed.
    let mismatch = #expect(throws: StateMismatch.self) {
      try resumed.load(state.filter { $0.key != "schedule.0.weight" }, step: 2)
    }
    #expect(mismatch?.missing == ["schedule.0.weight"])
  }

  /// One view of each sample twice asks for a lower temperature, two unrelated views for a higher one.
  @Test func aTemperatureComesBackFromItsBound() throws {
    let trainer = tinyTrainer(
      .joint, head: .none, method: .sgd(momentum: 0), headWeightDecay: 0
    ) { _ in
      InfoNCE(temperature: 0.02, learnsTemperature: true)
    }
    let objective = trainer.objective.base
    let same = tinyImages(seed: 1, views: 1)
    let alike = ViewBatch(Tensor.concatenated([same, same]))
    for _ in 0..<60 { _ = try trainer.step(on: alike, learningRate: 0, headLearningRate: 1000) }
    let bound = try #require(objective.softmax).temperature
    // Float32's logarithm and exponential.
    #expect(bound.isApproximately(0.01, relative: 1e-5))
    let unlike = ViewBatch(
      Tensor.concatenated([same, tinyImages(seed: 2, views: 1)]))
    for _ in 0..<5 { _ = try trainer.step(on: unlike, learningRate: 0, headLearningRate: 1e-3) }
    #expect(try #require(objective.softmax).temperature > 1.01 * bound)
  }

  @Test func aTemperatureLoadedFromBeyondItsBoundIsBroughtBack() throws {
    let trainer = try trainer("joint", .learned)
    var state = trainer.state
    state["objective.logarithm"] = Tensor([Float(6)], shape: [])
    try trainer.load(state)
    #expect(
      try #require(trainer.objective.base.softmax).temperature.isApproximately(0.01, relative: 1e-5)
    )
  }
}
