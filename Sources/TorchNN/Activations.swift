import Torch

/// max(x, 0).
public final class ReLU: Module, UnaryLayer {
  /// Any shape to the same.
  public func callAsFunction(_ input: Tensor) -> Tensor { input.relu() }
}

/// x·Φ(x), Φ the normal distribution function (Hendrycks & Gimpel 2016).
public final class GELU: Module, UnaryLayer {
  /// Any shape to the same.
  public func callAsFunction(_ input: Tensor) -> Tensor { input.gelu() }
}

/// The hyperbolic tangent.
public final class Tanh: Module, UnaryLayer {
  /// Any shape to the same.
  public func callAsFunction(_ input: Tensor) -> Tensor { tanh(input) }
}

/// 1/(1 + e^(−x)).
public final class Sigmoid: Module, UnaryLayer {
  /// Any shape to the same.
  public func callAsFunction(_ input: Tensor) -> Tensor { sigmoid(input) }
}
