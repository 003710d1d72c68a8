import Torch

enum Samples {
  /// Standard normal numbers in float64 that depend on the seed alone.
  static func normal(seed: UInt64, _ shape: [Int]) -> Tensor {
    var random = CounterRandom(seed: seed)
    return Tensor((0..<shape.reduce(1, *)).map { _ in Double(random.normal()) }, shape: shape)
  }
}
