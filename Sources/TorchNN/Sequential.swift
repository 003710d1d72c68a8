import Torch

/// Layers one after another, named 0, 1, … as PyTorch's `nn.Sequential` names them.
public final class Sequential: Module, UnaryLayer {
  /// The layers in order.
  public let layers: [any UnaryLayer]

  /// A chain of layers; an empty one returns its input.
  public init(_ layers: [any UnaryLayer]) { self.layers = layers }

  /// The last layer's output.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    layers.reduce(input) { $1($0) }
  }
}
