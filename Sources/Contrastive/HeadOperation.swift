import Torch
import TorchNN

/// What a layer of a head computes in evaluation mode, for those who write it down elsewhere.
package enum HeadOperation {
  /// x·Wᵀ + b.
  case linear(weight: Tensor, bias: Tensor?)
  /// (x − mean) / √(variance + ε), scaled and shifted.
  case batchNorm(
    scale: Tensor, offset: Tensor, mean: Tensor, variance: Tensor, epsilon: Double)
  case activation(HeadArchitecture.Activation)
  /// Each row over its length.
  case unitLength
  /// So many coordinates, the others left out.
  case firstCoordinates(Int)
  /// So many of the largest coordinates of each row, the others set to 0.
  case largestCoordinates(Int)
  /// tanh, brought to the nearest of so many equally spaced levels from −1 to 1.
  case levels(Int)
  /// The first coordinates, as many as there are weights, each times its own.
  case scaling(Tensor)
}

extension ProjectionHead {
  /// What its layers compute, one after the other.
  package var operations: [HeadOperation] { layers.map(\.operation) }
}

extension UnaryLayer {
  fileprivate var operation: HeadOperation {
    switch self {
    case let layer as Linear: .linear(weight: layer.weight.tensor, bias: layer.bias?.tensor)
    case let layer as FixedLinear: .linear(weight: layer.weight.tensor, bias: nil)
    case let layer as BatchNorm:
      .batchNorm(
        scale: layer.weight.tensor, offset: layer.bias.tensor, mean: layer.runningMean.tensor,
        variance: layer.runningVar.tensor, epsilon: layer.epsilon)
    case is ReLU: .activation(.relu)
    case is GELU: .activation(.gelu)
    case is Tanh: .activation(.tanh)
    case is Sigmoid: .activation(.sigmoid)
    case is UnitLength: .unitLength
    case let layer as FirstCoordinates: .firstCoordinates(layer.count)
    case let layer as LargestCoordinates: .largestCoordinates(layer.count)
    case let layer as Levels: .levels(layer.count)
    case let layer as Diagonal: .scaling(layer.weight.tensor)
    case let layer as FixedWeights: .scaling(layer.weight.tensor)
    default: preconditionFailure("\(type(of: self)) is no layer of a head")
    }
  }
}
