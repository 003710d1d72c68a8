import Torch
import TorchNN

/// How far embeddings are from a Gaussian distribution along random directions: the statistic of Epps and Pulley
/// (*A test for normality based on the empirical characteristic function*, Biometrika 1983) of the projections,
///
/// mean_a N ∫ |φ_a(t) − e^{−t²/2}|² e^{−t²/2} dt, φ_a(t) = 1/N Σ_i exp(i·t·u_ia),
///
/// u_ia = aᵀx_i less its mean over its standard deviation (over N) for each random unit direction a, by trapezoids over 17
/// points from −5 to 5 as in arXiv 2511.08544. It neither sees shifts nor scales; rotations change what the directions see.
///
/// The statistic has the factor N: a Gaussian has √(2π)·(1 − 3/2/√3) = 0.336 on average whatever N, and what is not
/// Gaussian a value that grows with N. It compares at equal N.
///
/// - Parameters:
///   - embeddings: N×D.
///   - directions: how many directions.
///   - seed: which.
/// - Throws: `GeometryError` for a tensor that is not a matrix, fewer than two rows, rows that are all equal, NaN or infinity.
public func eppsPulley(
  of embeddings: Tensor, directions: Int = 256, seed: UInt64 = 0
) throws(GeometryError) -> Double {
  let dimension = embeddings.rank == 2 ? embeddings.size(1) : 0
  var random = CounterRandom(seed: 0xE995_0000 ^ seed)
  let normals = (0..<directions * dimension).map { _ in Double(random.normal()) }
  return try eppsPulley(
    of: embeddings, along: Tensor(normals, shape: [directions, dimension]).normalized())
}

/// The same along given directions, M×D; their lengths cancel.
package func eppsPulley(
  of embeddings: Tensor, along directions: Tensor
) throws(GeometryError) -> Double {
  let centered = try embeddings.asEmbeddings().centeredRows()
  let seen = centered.matmul(directions.transposed().to(.float64).to(centered.device))
  let deviations = sqrt(seen.squared().mean(along: [0], keepingDimensions: true))
  guard deviations.min().item > 0 else { throw .notMeasurable(.noVariance(of: .embeddings)) }
  let rows = Double(centered.size(0))
  return EppsPulley.integrals(of: seen / deviations).mean().item * rows
}

/// The mean excess kurtosis of embeddings along their leading eigendirections: E(x − x̄)⁴/(E(x − x̄)²)² − 3, 0 for a Gaussian,
/// above 0 for heavier tails. Shifts, rotations and a scale do not change it.
///
/// - Parameters:
///   - embeddings: N×D.
///   - directions: how many eigenvectors of the covariance, of the largest eigenvalues; fewer where fewer stand out of rounding.
/// - Returns: the mean, and of how many directions.
/// - Throws: `GeometryError` for a tensor that is not a matrix, fewer than two rows, rows that are all equal, NaN or infinity.
public func excessKurtosis(
  of embeddings: Tensor, directions: Int = 10
) throws(GeometryError) -> (value: Double, directions: Int) {
  let components = try embeddings.asEmbeddings().centeredRows().principalComponents(directions)
  guard components.size(1) > 0 else { throw .notMeasurable(.noVariance(of: .embeddings)) }
  let squares = components.squared()
  let variances = squares.mean(along: [0])
  let ratios = squares.squared().mean(along: [0]) / variances.squared()
  return (ratios.mean().item - 3, components.size(1))
}
