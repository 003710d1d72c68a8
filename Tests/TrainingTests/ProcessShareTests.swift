import Contrastive
import Foundation
import TestSupport
import Testing
import Torch
import TorchNN
import Training

/// A step that several processes take together is the step of one with the whole batch.
@Suite(.serialized) struct ProcessShareTests {
  /// A way to train, by name: arguments of tests are plain values.
  enum Way: String, CaseIterable, Sendable {
    case joint, alternating, unrolled, vicReg, supervised, byol, moco

    var objective: any Objective {
      switch self {
      case .joint, .alternating, .unrolled: InfoNCE(temperature: 0.2)
      case .vicReg: VICReg()
      case .supervised: SupervisedContrastive(temperature: 0.2)
      case .byol: BYOL(dimension: 8, hidden: 16)
      case .moco: MomentumContrast(temperature: 0.2, queueLength: 48, dimension: 8)
      }
    }

    var schedule: any HeadSchedule {
      switch self {
      case .alternating: .alternating(headSteps: 2)
      case .unrolled: .unrolled(steps: 2)
      default: .joint
      }
    }
  }

  private static let samples = 12

  private static func trainer(_ way: Way, seed: UInt64 = 3, in group: ProcessGroup? = nil)
    -> Trainer
  {
    Initializer.seeded(by: seed) {
      let encoder = ResNet.resNet18(stem: .small, width: 4)
      return Trainer(
        encoder: encoder,
        objective: HeadedObjective(
          head: .mlp(hidden: [16], output: 8), inputs: encoder.outputDimension,
          base: way.objective),
        schedule: way.schedule, method: .sgd(momentum: 0.9), bfloat16: false, processes: group)
    }
  }

  /// Views of one process' share of the samples, or of all.
  private static func batch(step: Int, rank: Int = 0, of size: Int = 1) -> ViewBatch {
    let share = samples / size
    let own = rank * share..<(rank + 1) * share
    let views = (0..<2).map { view in
      var random = CounterRandom(seed: UInt64(100 * step + view))
      let pixels = (0..<samples * 3 * 8 * 8).map { _ in random.uniform() }
      return Tensor(pixels, shape: [samples, 3, 8, 8])[own]
    }
    return ViewBatch(
      Tensor.concatenated(views), labels: Tensor(own.map { $0 % 3 }))
  }

  private static func trained(_ trainer: Trainer, rank: Int = 0, of size: Int = 1) throws
    -> (losses: [Double], state: [String: [Double]])
  {
    let losses = try (0..<3).map { step in
      try trainer.step(on: batch(step: step, rank: rank, of: size), learningRate: 0.02).loss
    }
    return (losses, trainer.state.mapValues { $0.to(.float64).scalars(Double.self) })
  }

  @Test(arguments: Way.allCases, [2, 3])
  func severalProcessesTakeTheStepOfOne(_ way: Way, _ size: Int) throws {
    let alone = try Self.trained(Self.trainer(way))
    let together = try processes(size) { group in
      // Whatever a process begins with, it begins as rank 0 does.
      let trainer = Self.trainer(way, seed: UInt64(3 + group.rank), in: group)
      try trainer.equalize()
      return try Self.trained(trainer, rank: group.rank, of: size)
    }
    let first = try together[0].get()
    for (one, other) in zip(alone.losses, first.losses) {
      #expect(one.isApproximately(other, within: 1e-4 * max(1, abs(one))), "\(way)")
    }
    #expect(alone.state.keys == first.state.keys)
    for (name, values) in alone.state {
      let found = try #require(first.state[name])
      // Sums in float32 in another order, through 18 layers and three steps.
      let scale = values.map(abs).max() ?? 0
      let error = zip(values, found).map { abs($0 - $1) }.max() ?? 0
      #expect(error <= 2e-3 * max(scale, 0.05), "\(way): \(name)")
    }
    for other in together.dropFirst() { #expect(try other.get().state == first.state, "\(way)") }
  }

  /// By hand: each share goes through the encoder by itself, and the loss is of all of h.
  @Test func withBatchNormOfItsOwnEachProcessNormalisesItsShareAlone() throws {
    @Sendable func encoder() -> TinyEncoder {
      Initializer.seeded(by: 7) {
        let encoder = TinyEncoder(batchNorm: true)
        encoder.convert(to: .float64)
        return encoder
      }
    }
    @Sendable func images(_ own: Range<Int>) -> Tensor {
      let views = tinyImages(seed: 4, samples: 12).to(.float64).split(12)
      return Tensor.concatenated(views.map { $0[own] })
    }
    let reference = encoder()
    let shares = [0..<6, 6..<12].map { reference(images($0)).split(6) }
    let h = Tensor.concatenated((0..<2).flatMap { view in shares.map { $0[view] } })
    let loss = InfoNCE(temperature: 0.3).loss(of: h, views: 2)
    loss.backward()
    let expected = reference.parameters.map { $0.parameter.tensor.gradient?.scalars(Double.self) }

    let together = try processes(2) { group in
      let encoder = encoder()
      let trainer = Trainer(
        encoder: encoder,
        objective: HeadedObjective(
          head: .none, inputs: encoder.outputDimension, base: InfoNCE(temperature: 0.3)),
        schedule: NoHead(), method: .sgd(momentum: 0), weightDecay: 0, bfloat16: false,
        processes: group, batchNorm: .own)
      let before = encoder.parameters.map { $0.parameter.tensor.detached().copied() }
      let step = try trainer.step(
        on: ViewBatch(images(group.rank * 6..<group.rank * 6 + 6)), learningRate: 1)
      let moves = zip(before, encoder.parameters).map {
        ($0 - $1.parameter.tensor.detached()).scalars(Double.self)
      }
      return (step.loss, moves)
    }
    for result in together {
      let (found, moves) = try result.get()
      #expect(found.isApproximately(loss.item, relative: 1e-12))
      for (move, gradient) in zip(moves, expected) {
        let error = zip(move, gradient ?? []).map { abs($0 - $1) }.max() ?? 1
        #expect(error < 1e-12)
      }
    }
  }

  @Test func aProcessThatIsGoneStopsTheStep() throws {
    let results = try processes(2, timeout: 20) { group in
      let trainer = Self.trainer(.joint, in: group)
      try trainer.equalize()
      _ = try trainer.step(on: Self.batch(step: 0, rank: group.rank, of: 2), learningRate: 0.01)
      if group.rank == 1 { return }
      let before = trainer.encoder.state.mapValues { $0.copied() }
      #expect(throws: TorchError.self) {
        try trainer.step(on: Self.batch(step: 1, rank: group.rank, of: 2), learningRate: 0.01)
      }
      for (name, tensor) in trainer.encoder.state
      where !name.contains("running") && !name.contains("num_batches") {
        #expect(before[name]?.scalars(Float.self) == tensor.scalars(Float.self))
      }
    }
    for result in results { try result.get() }
  }
}
