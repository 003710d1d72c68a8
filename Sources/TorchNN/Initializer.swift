import Torch

/// Initial values, equal in distribution to PyTorch's, from libtorch's generator (`Runtime.seed`).
public enum Initializer {
  /// Uniform in ±1/√fanIn: what `kaiming_uniform_(a=√5)` amounts to, PyTorch's default for the
  /// weights and biases of linear and convolution layers.
  public static func uniform(_ shape: [Int], fanIn: Int) -> Tensor {
    let bound = 1 / Double(max(fanIn, 1)).squareRoot()
    return (Tensor.randomUniform(shape) - 0.5) * (2 * bound)
  }

  /// Normal with standard deviation √(2/fanOut), fanOut = out·k² (He et al. 2015): torchvision's for
  /// the convolutions of a ResNet. `shape` is out×in×k×k.
  public static func kaimingNormalFanOut(_ shape: [Int]) -> Tensor {
    let fanOut = shape[0] * shape[2...].reduce(1, *)
    return Tensor.randomNormal(shape) * (2 / Double(fanOut)).squareRoot()
  }
}
