import Torch

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019): w ← w − η·λ·w − η·m̂/(√v̂ + ε). One
/// fused operator for all parameters.
public final class AdamW: Optimizer {
  /// The step size, set before each step.
  public var learningRate: Double
  /// What is optimised, with names.
  public let parameters: [(name: String, parameter: Parameter)]
  private let beta1: Double
  private let beta2: Double
  private let epsilon: Double
  private let weightDecay: Double
  private let firstMoments: [Tensor]
  private let secondMoments: [Tensor]
  private let steps: [Tensor]

  /// An optimiser with all moments at zero.
  public init(
    _ parameters: [(name: String, parameter: Parameter)], learningRate: Double,
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01
  ) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    firstMoments = parameters.map { .zeros(like: $0.parameter.tensor.detached()) }
    secondMoments = parameters.map { .zeros(like: $0.parameter.tensor.detached()) }
    steps = parameters.map { .zeros([], on: $0.parameter.tensor.device) }
  }

  /// Changes every parameter that has a gradient.
  public func step() {
    let active = active
    guard !active.isEmpty else { return }
    withoutGradients {
      FusedUpdate.increment(active.map { steps[$0.index] })
      FusedUpdate.adamW(
        active.map(\.tensor), gradients: active.map(\.gradient),
        firstMoments: active.map { firstMoments[$0.index] },
        secondMoments: active.map { secondMoments[$0.index] },
        steps: active.map { steps[$0.index] }, learningRate: learningRate, beta1: beta1,
        beta2: beta2, weightDecay: weightDecay, epsilon: epsilon)
    }
  }

  /// The optimiser's own tensors by name.
  public var state: [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: named("first_moment", firstMoments)
        + named("second_moment", secondMoments) + named("step", steps))
  }
}
