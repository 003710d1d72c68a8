import Torch

/// x·Φ(x), Φ the normal distribution function (Hendrycks & Gimpel 2016).
public final class GELU: Module {
  /// Any shape to the same.
  public override func callAsFunction(_ input: Tensor) -> Tensor { input.gelu() }
}

/// The hyperbolic tangent.
public final class Tanh: Module {
  /// Any shape to the same.
  public override func callAsFunction(_ input: Tensor) -> Tensor { tanh(input) }
}

/// 1/(1 + e^(−x)).
public final class Sigmoid: Module {
  /// Any shape to the same.
  public override func callAsFunction(_ input: Tensor) -> Tensor { sigmoid(input) }
}
