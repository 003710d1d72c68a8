import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN
import Training

/// Fifty steps of several processes are those of one.
@Suite(.serialized) struct ProcessTrajectoryTests {
  /// A way to train, by name: arguments of tests are plain values.
  enum Way: String, CaseIterable, Sendable {
    case ntXent, tiledInParts, moco, supervised, vicReg, barlowTwins, sigReg, byol, simSiam
    case alternating, fresh, averaged, reset
    case decoupled, spectral, tKernel, uniformity, learned, unrolled, implicit

    func objective(_ dimension: Int) -> any Objective {
      switch self {
      case .ntXent, .alternating, .fresh, .averaged, .reset, .unrolled, .implicit:
        InfoNCE(temperature: 0.3)
      case .learned: InfoNCE(temperature: 0.3, learnsTemperature: true)
      case .decoupled: DecoupledContrastive(temperature: 0.3)
      case .spectral: SpectralContrastive()
      case .tKernel: TKernelContrastive()
      case .uniformity: AlignmentUniformity()
      case .tiledInParts: InfoNCE(temperature: 0.3, tile: 5)
      case .moco:
        MomentumContrast(temperature: 0.3, queueLength: 384, dimension: dimension, momentum: 0.9)
      case .supervised: SupervisedContrastive(temperature: 0.3)
      case .vicReg: VICReg()
      case .barlowTwins: BarlowTwins()
      case .sigReg: SIGReg(slices: 16)
      case .byol: BYOL(dimension: dimension, hidden: 8, momentum: 0.9)
      case .simSiam: SimSiam(dimension: dimension, hidden: 8)
      }
    }

    var schedule: any HeadSchedule {
      switch self {
      case .alternating: .alternating(headSteps: 2)
      case .fresh: .alternating(headSteps: 2, batch: .fresh)
      case .averaged: .averaged(momentum: 0.9)
      case .reset: .reset(every: 20, seed: 5)
      case .unrolled: .unrolled(steps: 2)
      case .implicit: .implicit(HypergradientSolver(iterations: 2))
      default: .joint
      }
    }

    /// Whether a schedule differentiates a head's step.
    var looksAhead: Bool { self == .unrolled || self == .implicit }

    /// Of parts, each is normalised by itself, and processes cut a batch into other parts than one does.
    var isInParts: Bool { self == .tiledInParts }
  }

  struct Trained: Sendable {
    let losses: [Double]
    let state: [String: [Double]]
  }

  private static func trainer(
    _ way: Way, _ type: DType, in group: ProcessGroup? = nil,
    activation: HeadArchitecture.Activation = .relu,
    method: OptimizerMethod = .sgd(momentum: 0.9), weightDecay: Double = 0.01
  ) -> Trainer {
    Initializer.seeded(by: 7) {
      let encoder = TinyEncoder(batchNorm: !way.isInParts)
      var head = HeadArchitecture.mlp(hidden: [7], output: 4, batchNorm: true)
      head.activation = activation
      let objective = HeadedObjective(
        head: head, inputs: encoder.outputDimension, base: way.objective(4))
      encoder.convert(to: type)
      objective.head.convert(to: type)
      objective.base.module?.convert(to: type)
      return Trainer(
        encoder: encoder, objective: objective, schedule: way.schedule, method: method,
        weightDecay: weightDecay, encoderLimit: way.isInParts ? 4 : nil, bfloat16: false,
        processes: group)
    }
  }

  /// Views of one process' share of the samples, or of all, in turn from one of them on.
  private static func batch(
    _ type: DType, step: Int, _ group: ProcessGroup?, from first: Int = 0, samples: Int = 12
  ) -> ViewBatch {
    let images = tinyImages(seed: UInt64(step), samples: samples).to(type)
    let share = samples / (group?.size ?? 1)
    let own = (0..<share).map { ((group?.rank ?? 0) * share + $0 + first) % samples }
    let views = images.split(samples).map { $0.gathered(Tensor(own)) }
    return ViewBatch(Tensor.concatenated(views), labels: Tensor(own.map { $0 % 3 }))
  }

  private static func losses(
    of trainer: Trainer, rate: Double, batch: @escaping (_ step: Int) -> ViewBatch
  ) throws -> [Double] {
    try (0..<50).map { step in
      try trainer.step(
        on: batch(step), learningRate: rate, further: { batch(1_000 + $0) }
      ).loss
    }
  }

  private static func trained(_ way: Way, in group: ProcessGroup? = nil) throws -> Trained {
    let trainer = trainer(way, .float64, in: group)
    let losses = try losses(of: trainer, rate: 0.02) { batch(.float64, step: $0, group) }
    return Trained(losses: losses, state: trainer.state.mapValues { $0.scalars(Double.self) })
  }

  /// Losses in float32, of a head without kinks: one that a float32's rounding puts on the other side of a ReLU's changes the loss by far
  /// more than rounding does.
  private static func lossesInSinglePrecision(
    _ way: Way, in group: ProcessGroup? = nil, from first: Int = 0
  ) throws -> [Double] {
    let trainer = trainer(way, .float32, in: group, activation: .gelu)
    return try losses(of: trainer, rate: 0.001) {
      batch(.float32, step: $0, group, from: first, samples: 96)
    }
  }

  /// The largest difference of two courses of a loss, relative to it where it is above 1.
  private static func difference(_ one: [Double], _ other: [Double]) -> Double {
    zip(one, other).map { abs($0 - $1) / max(abs($0), 1) }.max() ?? 1
  }

  /// By conjugate gradients that stop at directions of no positive curvature, one process leaves its own way by 2e-4 when its samples come in
  /// another order: the implicit schedule is held to one step.
  @Test(arguments: Way.allCases.filter { $0 != .implicit }, [2, 4])
  func fiftyStepsAreThoseOfOneProcess(_ way: Way, _ size: Int) throws {
    let alone = try Self.trained(way)
    let together = try processes(size) { try Self.trained(way, in: $0) }
    let first = try together[0].get()
    for (one, other) in zip(alone.losses, first.losses) {
      // Float64 rounds to 1e-16; what sums in another order differ by grows with the steps.
      #expect(one.isApproximately(other, relative: 1e-10), "\(way)")
    }
    for (name, values) in alone.state {
      let found = try #require(first.state[name])
      let scale = max(values.map(abs).max() ?? 0, 1)
      let error = zip(values, found).map { abs($0 - $1) }.max() ?? 0
      #expect(error <= 1e-9 * scale, "\(way): \(name)")
    }
    for other in together.dropFirst() { #expect(try other.get().state == first.state, "\(way)") }
  }

  /// Float32 rounds to 6e-8. Other sums than one process' make up to 5e-7 of it in fifty steps on 96 samples (with four other beginnings 6e-7,
  /// and 1.01e-6 of alignment-uniformity); on a dozen, where single rows weigh more, 5e-6.
  @Test(arguments: Way.allCases.filter { !$0.looksAhead }, [2, 4])
  func fiftyStepsInSinglePrecisionAreThoseOfOneProcess(_ way: Way, _ size: Int) throws {
    let alone = try Self.lossesInSinglePrecision(way)
    let together = try processes(size) { try Self.lossesInSinglePrecision(way, in: $0) }
    for losses in together {
      let error = Self.difference(alone, try losses.get())
      #expect(error <= (way == .uniformity ? 2e-6 : 1e-6), "\(way): \(error)")
    }
  }

  /// A schedule that looks ahead amplifies rounding. One process that is given the same samples in another order sums in another order
  /// too: what that makes of the losses is what can be asked for.
  @Test(arguments: Way.allCases.filter(\.looksAhead))
  func lookingAheadInSinglePrecisionDiffersAsOneProcessDiffersFromItselfInAnotherOrder(_ way: Way)
    throws
  {
    let alone = try Self.lossesInSinglePrecision(way)
    let turned = try [5, 15, 35, 55, 85].map {
      Self.difference(alone, try Self.lossesInSinglePrecision(way, from: $0))
    }
    let together = try processes(2) { try Self.lossesInSinglePrecision(way, in: $0) }
    let error = Self.difference(alone, try together[0].get())
    // The largest of five is a rough measure of what such a difference can be.
    #expect(error <= 3 * (turned.max() ?? 0), "\(way): \(error), \(turned)")
  }

  /// Where a gather has no gradient for other processes' rows, or gradients are averaged rather than summed, the encoder's
  /// is a half, a quarter, or as many times too long.
  @Test(
    arguments: [
      Way.ntXent, .supervised, .vicReg, .tiledInParts, .moco, .byol, .decoupled, .spectral,
      .tKernel,
      .uniformity, .learned, .alternating, .unrolled, .implicit,
    ], [2, 4])
  func theEncodersGradientIsNoFractionOrMultipleOfThatOfOneProcess(_ way: Way, _ size: Int) throws {
    @Sendable func gradient(_ group: ProcessGroup?) throws -> [String: [Double]] {
      let trainer = Self.trainer(
        way, .float64, in: group, method: .sgd(momentum: 0), weightDecay: 0)
      let names = trainer.encoder.parameters.map { ($0.name, $0.parameter.tensor) }
      let before = names.map { $0.1.detached().copied() }
      _ = try trainer.step(on: Self.batch(.float64, step: 0, group), learningRate: 1)
      return Dictionary(
        uniqueKeysWithValues: zip(names, before).map { entry, start in
          (entry.0, (start - entry.1.detached()).scalars(Double.self))
        })
    }
    let alone = try gradient(nil)
    let together = try processes(size) { try gradient($0) }
    for result in together {
      let found = try result.get()
      for (name, values) in alone {
        let scale = max(values.map(abs).max() ?? 0, 1e-3)
        let error = zip(values, found[name] ?? []).map { abs($0 - $1) }.max() ?? 1
        #expect(error <= 1e-10 * scale, "\(way): \(name)")
      }
    }
    #expect(alone.values.joined().contains { abs($0) > 1e-3 })
  }
}
