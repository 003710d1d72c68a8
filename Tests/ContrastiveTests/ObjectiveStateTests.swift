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

  @Test func aLearnedTemperatureHasTheGradientOfTheLoss() throws {
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
  }

  /// The bound is 1/τ = 100, or where it began if that is more.
  @Test(arguments: [(0.5, 100), (0.002, 500)])
  func aLearnedTemperatureIsBroughtBackToItsBoundAndHasAGradientThere(
    _ initial: Double, _ bound: Double
  ) throws {
    for tile in [nil, 4] {
      let objective = InfoNCE(temperature: initial, learnsTemperature: true, tile: tile)
      let parameter = try #require(objective.module?.parameters.first?.parameter)
      withoutGradients { parameter.tensor.fill(50) }
      objective.restoreBounds()
      #expect(parameter.tensor.item.isApproximately(log(bound), relative: 1e-6))
      #expect(objective.temperature.isApproximately(1 / bound, relative: 1e-5))
      let z = Samples.normal(seed: 3, [10, 4]).to(.float32)
      objective.loss(of: z, views: 2).backward()
      #expect(try #require(parameter.tensor.gradient).item.magnitude > 1)
      withoutGradients { parameter.tensor.fill(1) }
      objective.restoreBounds()
      #expect(parameter.tensor.item == 1)
    }
  }

  @Test func whatIsLearnedBeginsAnewAndWhatIsKeptStays() throws {
    let learned = InfoNCE(temperature: 0.25, learnsTemperature: true)
    let parameter = try #require(learned.module?.parameters.first?.parameter)
    let first = parameter.tensor.item
    withoutGradients { parameter.tensor.fill(3) }
    learned.reinitialize()
    #expect(parameter.tensor.item == first && parameter.tensor.requiresGradient)

    for choice in ["byol", "simsiam"] {
      func make() throws -> any Objective {
        try ObjectiveChoice(parsing: choice).objective(dimension: 3, temperature: 1)
      }
      let old = try Initializer.seeded(by: 1) { try make() }
      let new = try Initializer.seeded(by: 2) { try make() }
      _ = old.loss(of: batch(seed: 4))
      Initializer.seeded(by: 2) { old.reinitialize() }
      #expect(
        old.module?.state.mapValues { $0.scalars(Double.self) }
          == new.module?.state.mapValues { $0.scalars(Double.self) })
    }

    let queue = MomentumContrast(temperature: 0.2, queueLength: 8, dimension: 3)
    let keys = queue.state.mapValues { $0.scalars(Double.self) }
    queue.reinitialize()
    #expect(queue.state.mapValues { $0.scalars(Double.self) } == keys)
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
