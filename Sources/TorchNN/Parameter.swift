import Torch

/// A tensor that training changes by its gradient.
public final class Parameter {
  /// The values, a leaf of the graph.
  public internal(set) var tensor: Tensor

  /// A parameter with initial values, which it takes over.
  public init(_ tensor: Tensor) {
    tensor.requiresGradient = true
    self.tensor = tensor
  }

  /// Puts other values in its place: another memory layout, or another device.
  func replace(by transform: (Tensor) -> Tensor) {
    let replacement = withoutGradients { transform(tensor.detached()) }
    replacement.requiresGradient = tensor.requiresGradient
    tensor = replacement
  }
}

/// A tensor that belongs to a module's state but has no gradient: running statistics, counters.
public final class Buffer {
  /// The values.
  public internal(set) var tensor: Tensor

  /// A buffer with initial values, which it takes over.
  public init(_ tensor: Tensor) { self.tensor = tensor }

  func replace(by transform: (Tensor) -> Tensor) { tensor = transform(tensor) }
}
