import Torch

/// Initial values, equal in distribution to PyTorch's.
///
/// Inside `seeded(by:)` they come from a stream of that seed's own, and so depend on nothing that other
/// threads do; elsewhere from libtorch's generator (`Runtime.seed`).
public enum Initializer {
  private final class Stream: @unchecked Sendable {  // used by the one thread that runs the body
    var random: CounterRandom

    init(seed: UInt64) { random = CounterRandom(seed: seed) }
  }

  @TaskLocal private static var stream: Stream?

  /// Runs `body`, in which all initial values follow from `seed`.
  public static func seeded<Result>(by seed: UInt64, _ body: () throws -> Result) rethrows -> Result
  {
    try $stream.withValue(Stream(seed: seed)) { try body() }
  }

  /// Uniform in ±1/√fanIn: what `kaiming_uniform_(a=√5)` amounts to, PyTorch's default for the
  /// weights and biases of linear and convolution layers.
  public static func uniform(_ shape: [Int], fanIn: Int) -> Tensor {
    let bound = 1 / Double(max(fanIn, 1)).squareRoot()
    let unit = drawn(shape) { $0.uniform() } ?? Tensor.randomUniform(shape)
    return (unit - 0.5) * (2 * bound)
  }

  /// Standard normal.
  public static func normal(_ shape: [Int]) -> Tensor {
    drawn(shape) { $0.normal() } ?? Tensor.randomNormal(shape)
  }

  /// Normal with a standard deviation, cut off at ±2: PyTorch's `trunc_normal_`, timm's for vision transformers. At a
  /// deviation of 0.02 no draw gets there.
  public static func truncatedNormal(_ shape: [Int], deviation: Double) -> Tensor {
    (normal(shape) * deviation).clamped(min: -2, max: 2)
  }

  /// Normal with standard deviation √(2/fanOut), fanOut = out·k² (He et al. 2015): torchvision's for
  /// the convolutions of a ResNet. `shape` is out×in×k×k.
  public static func kaimingNormalFanOut(_ shape: [Int]) -> Tensor {
    let fanOut = shape[0] * shape[2...].reduce(1, *)
    return normal(shape) * (2 / Double(fanOut)).squareRoot()
  }

  /// A uniformly random matrix, out×in, whose shorter side's vectors are orthonormal: the orthogonal factor
  /// of a Gaussian matrix's polar decomposition.
  public static func orthogonal(_ outputs: Int, _ inputs: Int) -> Tensor {
    let (u, _, vTransposed) = normal([outputs, inputs]).singularValueDecomposition()
    return u.matmul(vTransposed)
  }

  private static func drawn(
    _ shape: [Int], _ draw: (inout CounterRandom) -> Float
  ) -> Tensor? {
    guard let stream else { return nil }
    let count = shape.reduce(1, *)
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      for index in 0..<count { buffer.initializeElement(at: index, to: draw(&stream.random)) }
      filled = count
    }
    return Tensor(values, shape: shape)
  }
}
