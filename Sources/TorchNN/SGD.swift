import Torch

/// Stochastic gradient descent with momentum: v ← μv + (g + λw), w ← w − η·v (PyTorch's form, with
/// g + λw + μv instead of v under Nesterov's). One fused operator for all parameters.
public final class SGD: Optimizer {
  /// The step size, set before each step.
  public var learningRate: Double
  /// What is optimised, with names.
  public let parameters: [(name: String, parameter: Parameter)]
  private let momentum: Double
  private let weightDecay: Double
  private let nesterov: Bool
  private let velocities: [Tensor]

  /// An optimiser with all velocities at zero.
  public init(
    _ parameters: [(name: String, parameter: Parameter)], learningRate: Double,
    momentum: Double = 0.9, weightDecay: Double = 0, nesterov: Bool = false
  ) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.nesterov = nesterov
    velocities = parameters.map { .zeros(like: $0.parameter.tensor.detached()) }
  }

  /// Changes every parameter that has a gradient.
  public func step() {
    let active = active
    guard !active.isEmpty else { return }
    withoutGradients {
      FusedUpdate.sgd(
        active.map(\.tensor), gradients: active.map(\.gradient),
        velocities: momentum == 0 ? [] : active.map { velocities[$0.index] },
        learningRate: learningRate, momentum: momentum, weightDecay: weightDecay,
        nesterov: nesterov)
    }
  }

  /// The optimiser's own tensors by name.
  public var state: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: named("velocity", velocities))
  }
}
