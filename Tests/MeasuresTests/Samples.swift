import Torch

/// Standard normal numbers in float64 that depend on the seed alone.
func normalMatrix(seed: UInt64, rows: Int, columns: Int) -> Tensor {
  var random = CounterRandom(seed: seed)
  return Tensor(
    (0..<rows * columns).map { _ in Double(random.normal()) }, shape: [rows, columns])
}
