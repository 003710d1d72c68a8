import Torch

/// Standard normal numbers that depend on the seed alone.
func normalMatrix(seed: UInt64, rows: Int, columns: Int) -> Tensor {
  var random = CounterRandom(seed: seed)
  let values = (0..<rows * columns).map { _ in Double(random.normal()) }
  return Tensor(values, shape: [rows, columns])
}

/// A uniformly random rotation or reflection of `size` dimensions.
func orthogonalMatrix(seed: UInt64, size: Int) -> Tensor {
  normalMatrix(seed: seed, rows: size, columns: size).orthonormalized()
}

/// A centred matrix whose singular values, over √(rows−1), are the given ones.
func matrix(rows: Int, singularValues: [Double], seed: UInt64 = 1) -> Tensor {
  let columns = singularValues.count
  let left = normalMatrix(seed: seed, rows: rows, columns: columns)
  let centered = left - left.mean(along: [0], keepingDimensions: true)
  let scaled = centered.orthonormalized() * Tensor(singularValues)
  return scaled.matmul(orthogonalMatrix(seed: seed + 1, size: columns))
    * Double(rows - 1).squareRoot()
}
