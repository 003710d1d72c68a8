import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN
import Training

/// How far a step moves encoder and head, and that measuring it leaves no trace.
@Suite struct RelativeUpdateTests {
  private static let methods: [OptimizerMethod] = [
    .sgd(momentum: 0.9), .lars(momentum: 0.9), .adamW,
  ]

  /// All values of encoder or φ, by name.
  private func snapshot(_ parameters: [(name: String, parameter: Parameter)]) -> [Double] {
    parameters.flatMap { $0.parameter.tensor.scalars(Double.self) }
  }

  private func length(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  private func ratio(_ after: [Double], _ before: [Double]) -> Double {
    length(zip(after, before).map { $0 - $1 }) / length(before)
  }

  private func step(
    _ trainer: Trainer, measuresUpdate: Bool, headRate: Double? = nil
  ) throws -> Trainer.Step {
    try trainer.step(
      on: ViewBatch(tinyImages(seed: UInt64(trainer.stepCount))), learningRate: 0.02,
      headLearningRate: headRate, measuresUpdate: measuresUpdate)
  }

  @Test(
    arguments: methods,
    ["joint", "alternating:3", "unrolled:2", "implicit:2,steps=2", "reset:2", "ema:0.9"])
  func itIsTheDifferenceOfAllParametersOverTheirLength(
    _ method: OptimizerMethod, _ schedule: String
  ) throws {
    let schedule = try ScheduleChoice(parsing: schedule).schedule(seed: 1)
    let trainer = tinyTrainer(schedule, method: method, encoderBatchNorm: true) { _ in
      InfoNCE(temperature: 0.3, learnsTemperature: true)
    }
    for _ in 0..<3 {
      let (theta, phi) = (
        snapshot(trainer.encoder.parameters), snapshot(trainer.objective.parameters)
      )
      let step = try step(trainer, measuresUpdate: true, headRate: 0.05)
      let encoder = ratio(snapshot(trainer.encoder.parameters), theta)
      let head = ratio(snapshot(trainer.objective.parameters), phi)
      #expect(encoder > 0 && head > 0)
      // Differences are taken in float32, whose last bit is 1e-7 of a parameter, and a step some 1e-4 of it at least.
      #expect(try #require(step.encoderUpdate).isApproximately(encoder, relative: 1e-3))
      #expect(try #require(step.headUpdate).isApproximately(head, relative: 1e-3))
    }
  }

  @Test(arguments: methods)
  func measuringItChangesNoBit(_ method: OptimizerMethod) throws {
    let measured = tinyTrainer(.alternating(headSteps: 2), method: method, encoderBatchNorm: true)
    let plain = tinyTrainer(.alternating(headSteps: 2), method: method, encoderBatchNorm: true)
    for _ in 0..<6 {
      let left = try step(measured, measuresUpdate: true)
      let right = try step(plain, measuresUpdate: false)
      #expect(left.loss == right.loss && right.encoderUpdate == nil && right.headUpdate == nil)
    }
    #expect(values(measured) == values(plain))
  }

  @Test func aHeadThatDoesNotMoveHasNone() throws {
    let frozen = try step(tinyTrainer(.frozen()), measuresUpdate: true)
    #expect(frozen.headUpdate == nil && frozen.encoderUpdate != nil)
    let still = try step(tinyTrainer(.alternating(headSteps: 1)), measuresUpdate: true, headRate: 0)
    #expect(still.headUpdate == 0)
  }
}
