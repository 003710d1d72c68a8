/// Updates of many tensors in place by one operator each, for optimisers and moving averages. Entry i of
/// each list belongs to tensor i.
package enum FusedUpdate {
  /// Adam's step with decoupled weight decay; `steps` are scalars that count this step already.
  package static func adamW(
    _ tensors: [Tensor], gradients: [Tensor], firstMoments: [Tensor], secondMoments: [Tensor],
    steps: [Tensor], learningRate: Double, beta1: Double, beta2: Double, weightDecay: Double,
    epsilon: Double
  ) {
    let maximalSecondMoments: [Tensor] = []
    let (amsgrad, maximize) = (false, false)
    Operator.fusedAdamW.run(
      tensors, gradients, firstMoments, secondMoments, maximalSecondMoments, steps, learningRate,
      beta1, beta2, weightDecay, epsilon, amsgrad, maximize)
  }

  /// A step of gradient descent; `velocities` are empty without momentum, and begin at zero.
  package static func sgd(
    _ tensors: [Tensor], gradients: [Tensor], velocities: [Tensor], learningRate: Double,
    momentum: Double, weightDecay: Double, nesterov: Bool
  ) {
    let dampening = 0.0
    // Velocities that begin at zero make libtorch's "first step" the same as every other.
    let (maximize, isFirstStep) = (false, false)
    Operator.fusedSGD.run(
      tensors, gradients, velocities, weightDecay, momentum, learningRate, dampening, nesterov,
      maximize, isFirstStep)
  }

  /// LARS' step: v ← μv + r·(g + λw), w ← w − η·v, with r = c·‖w‖/(‖g‖ + λ‖w‖), or 1 where a length is zero. On processors two passes over
  /// all tensors together.
  package static func lars(
    _ tensors: [Tensor], gradients: [Tensor], velocities: [Tensor], learningRate: Double,
    momentum: Double, weightDecay: Double, trustCoefficient: Double
  ) {
    Operator.lars.run(
      tensors, gradients, velocities, learningRate, momentum, weightDecay, trustCoefficient)
  }

  /// a ← a + 1.
  package static func increment(_ tensors: [Tensor]) { Operator.addScalarsInPlace.run(tensors, 1) }

  /// a ← a + weight·(b − a).
  package static func interpolate(_ tensors: [Tensor], towards others: [Tensor], weight: Double) {
    Operator.interpolateInPlace.run(tensors, others, weight)
  }
}

extension Operator {
  static let fusedAdamW = Operator("aten::_fused_adamw_")
  static let fusedSGD = Operator("aten::_fused_sgd_")
  static let lars = ownOperator("gnomon::lars_")
  static let addScalarsInPlace = Operator("aten::_foreach_add_", "Scalar")
  static let interpolateInPlace = Operator("aten::_foreach_lerp_", "Scalar")
}
