import Torch

/// Modules one after another, named 0, 1, … as PyTorch's `nn.Sequential` names them.
public final class Sequential: Module {
  /// The modules in order.
  public let layers: [Module]

  /// A chain of modules; an empty one returns its input.
  public init(_ layers: [Module]) { self.layers = layers }

  /// The last module's output.
  public override func callAsFunction(_ input: Tensor) -> Tensor {
    layers.reduce(input) { $1($0) }
  }
}
