import Torch

/// Layer-wise adaptive rate scaling for large batches (You, Gitman & Ginsburg 2017), as SimCLR uses
/// it: v ← μv + r·(g + λw), w ← w − η·v, with the trust ratio r = c·‖w‖/(‖g‖ + λ‖w‖).
/// Vectors (biases, batch-norm scales, a class token) are neither decayed nor rescaled.
public final class LARS: Optimizer {
  /// The step size, set before each step.
  public var learningRate: Double
  /// What is optimised, with names.
  public let parameters: [(name: String, parameter: Parameter)]
  private let momentum: Double
  private let weightDecay: Double
  private let trustCoefficient: Double
  private let velocities: [Tensor]

  /// An optimiser with all velocities at zero.
  public init(
    _ parameters: [(name: String, parameter: Parameter)], learningRate: Double,
    momentum: Double = 0.9, weightDecay: Double = 1e-6, trustCoefficient: Double = 0.001
  ) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.trustCoefficient = trustCoefficient
    velocities = parameters.map { .zeros(like: $0.parameter.tensor.detached()) }
  }

  /// Changes every parameter that has a gradient.
  public func step() {
    let active = active
    let vectors = active.filter { isVector($0.tensor) }
    let others = active.filter { !isVector($0.tensor) }
    withoutGradients {
      if !vectors.isEmpty {
        // With neither decay nor ratio it is gradient descent.
        FusedUpdate.sgd(
          vectors.map(\.tensor), gradients: vectors.map(\.gradient),
          velocities: momentum == 0 ? [] : vectors.map { velocities[$0.index] },
          learningRate: learningRate, momentum: momentum, weightDecay: 0, nesterov: false)
      }
      FusedUpdate.lars(
        others.map(\.tensor), gradients: others.map(\.gradient),
        velocities: others.map { velocities[$0.index] }, learningRate: learningRate,
        momentum: momentum, weightDecay: weightDecay, trustCoefficient: trustCoefficient)
    }
  }

  /// One dimension, or 1×1×W: a token.
  private func isVector(_ weight: Tensor) -> Bool {
    weight.rank < 2 || weight.rank == 3 && weight.shape.dropLast() == [1, 1]
  }

  /// The optimiser's own tensors by name.
  public var state: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: named("velocity", velocities))
  }
}
