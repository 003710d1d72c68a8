import Contrastive
import Foundation
import TestSupport
import Testing
import Torch
import TorchNN

/// What objectives learn themselves or keep between steps.
@Suite struct ObjectiveStateTests {
  private func batch(seed: UInt64, views: Int = 2) -> EmbeddedViews {
    EmbeddedViews(
      Samples.normal(seed: seed, [4 * views, 3]).to(.float32), views: views,
      targets: Samples.normal(seed: seed + 100, [4 * views, 3]).to(.float32))
  }

  @Test func theQueueTakesTheNewestKeysForTheOldest() throws {
    let objective = Initializer.seeded(by: 1) {
      MomentumContrast(temperature: 0.2, queueLength: 24, dimension: 3)
    }
    func queue() throws -> [[Double]] { matrix(try #require(objective.state["queue"])) }
    let initial = try queue()
    for row in initial { #expect(Naive.dot(row, row).isApproximately(1, within: 1e-6)) }
    let batches = (0..<4).map { batch(seed: UInt64($0)) }
    func keys(_ batch: EmbeddedViews) throws -> [[Double]] {
      matrix(try #require(batch.targets).normalized())
    }
    objective.finishStep(on: batches[0])
    #expect(try queue() == keys(batches[0]) + initial[8...])
    for batch in batches[1...] { objective.finishStep(on: batch) }
    #expect(try queue() == keys(batches[3]) + keys(batches[1]) + keys(batches[2]))

    // The place of the oldest key is part of the state.
    let resumed = MomentumContrast(temperature: 0.2, queueLength: 24, dimension: 3)
    try resumed.load(objective.state)
    for queue in [objective, resumed] { queue.finishStep(on: batch(seed: 50)) }
    #expect(
      resumed.state.mapValues { $0.scalars(Double.self) }
        == objective.state.mapValues { $0.scalars(Double.self) })
  }

  @Test func aLearnedTemperatureHasTheGradientOfTheLossAndABound() throws {
    let objective = InfoNCE(temperature: 0.5, learnsTemperature: true)
    let module = try #require(objective.module)
    module.convert(to: .float64)
    let parameter = try #require(module.parameters.first?.parameter)
    let z = Samples.normal(seed: 3, [10, 4])
    objective.loss(of: z, views: 2).backward()
    let step = 1e-4
    let losses = [step, -step].map {
      InfoNCE(temperature: 1 / exp(log(2.0) + $0)).loss(of: z, views: 2).item
    }
    #expect(
      try #require(parameter.tensor.gradient).item
        .isApproximately((losses[0] - losses[1]) / (2 * step), relative: 1e-6))

    withoutGradients { parameter.tensor.fill(50) }
    let bounded = InfoNCE(temperature: 0.01).loss(of: z, views: 2).item
    #expect(objective.loss(of: z, views: 2).item.isApproximately(bounded, relative: 1e-6))
  }

  @Test func targetsHaveNoGradient() throws {
    let targets = Samples.normal(seed: 9, [8, 3]).to(.float32)
    targets.requiresGradient = true
    for objective in [
      BYOL(dimension: 3, hidden: 4) as any Objective,
      MomentumContrast(temperature: 0.1, queueLength: 8, dimension: 3),
    ] {
      let z = Samples.normal(seed: 8, [8, 3]).to(.float32)
      z.requiresGradient = true
      objective.loss(of: EmbeddedViews(z, views: 2, targets: targets)).backward()
      #expect(targets.gradient == nil)
      #expect(z.gradient != nil)
    }
  }
}
