import Torch

/// The singular values of a matrix of embeddings, and the figures of rank that follow from them.
///
/// ```swift
/// let spectrum = try Spectrum(of: z, centered: true)
/// print(spectrum.effectiveRank, spectrum.numericalRank)
/// ```
public struct Spectrum: Sendable, Equatable {
  /// σ: the singular values over √(N−1), in falling order; min(N, D) of them.
  public let singularValues: [Double]
  /// N, the number of embeddings.
  public let sampleCount: Int
  /// D, the number of coordinates.
  public let dimension: Int
  /// Whether the mean embedding was subtracted.
  public let isCentered: Bool
  /// Whether each embedding was scaled to unit length, before centring.
  public let isRowNormalized: Bool

  /// The spectrum of N×D embeddings of any floating-point type, computed in float64.
  ///
  /// Each σ is accurate to rounding of float64 relative to the largest. The eigenvalues of the D×D
  /// Gram matrix serve where they are that good; where they lose the small σ, because squaring
  /// halves the digits, the triangular factor of a QR decomposition is decomposed instead.
  ///
  /// - Parameters:
  ///   - embeddings: N×D, of two rows or more.
  ///   - centered: subtract the mean embedding first.
  ///   - rowNormalized: scale each embedding to unit length before that.
  /// - Throws: `GeometryError` for a tensor that is not a matrix, fewer than two rows, and NaN or
  ///   infinity.
  public init(
    of embeddings: Tensor, centered: Bool, rowNormalized: Bool = false
  ) throws(GeometryError) {
    try self.init(
      of: EmbeddingRows(embeddings), centered: centered, rowNormalized: rowNormalized)
  }

  /// The spectrum of rows that need not fit in memory: read once, or twice where the Gram matrix does
  /// not serve. As many rows as columns or fewer are held whole.
  ///
  /// - Throws: `GeometryError` for rows that cannot be read, and NaN or infinity.
  public init(
    of rows: EmbeddingRows, centered: Bool, rowNormalized: Bool = false
  ) throws(GeometryError) {
    let values = try rows.singularValues(centered: centered, rowNormalized: rowNormalized)
    let scale = 1 / Double(rows.count - 1).squareRoot()
    singularValues = values.map { $0 * scale }
    sampleCount = rows.count
    dimension = rows.dimension
    isCentered = centered
    isRowNormalized = rowNormalized
  }

  private init(leading count: Int, of whole: Spectrum) {
    singularValues = Array(whole.singularValues.prefix(count))
    sampleCount = whole.sampleCount
    dimension = min(count, whole.dimension)
    isCentered = whole.isCentered
    isRowNormalized = whole.isRowNormalized
  }

  /// The spectrum of the same embeddings after projection onto their leading principal components, or onto their leading
  /// singular directions where they are not centred: the first σ of these, as a projection leaves them what they are.
  public func leading(_ count: Int) -> Spectrum { Spectrum(leading: max(count, 1), of: self) }
}

extension EmbeddingRows {
  fileprivate func singularValues(
    centered: Bool, rowNormalized: Bool
  ) throws(GeometryError) -> [Double] {
    guard count > dimension else {
      let matrix = try wholeMatrix(rowNormalized: rowNormalized)
      let subject = centered ? matrix.centeredRows() : matrix
      return subject.transposed().triangularFactor().singularValues().scalars(Double.self)
    }
    var mean: Tensor?
    if centered {
      var covariance = StreamingCovariance()
      try forEachBlock(rowNormalized: rowNormalized) { covariance.add($0) }
      let scatter = try covariance.scatter()
      if let values = reliableSingularValues(ofGram: scatter.centered, scatter.subtracted) {
        return values
      }
      mean = try covariance.mean()
    } else {
      var gram = Tensor.zeros([dimension, dimension], .float64)
      try forEachBlock(rowNormalized: rowNormalized) { block in
        gram = gram.to(block.device) + block.gram()
      }
      if let values = reliableSingularValues(ofGram: gram) { return values }
    }
    var factor: Tensor?
    try forEachBlock(rowNormalized: rowNormalized) { block in
      let subject = mean.map { block - $0 } ?? block
      factor = (factor.map { Tensor.concatenated([$0, subject]) } ?? subject).triangularFactor()
    }
    return factor?.singularValues().scalars(Double.self) ?? []
  }

  private func wholeMatrix(rowNormalized: Bool) throws(GeometryError) -> Tensor {
    var blocks: [Tensor] = []
    try forEachBlock(rowNormalized: rowNormalized) { blocks.append($0) }
    return Tensor.concatenated(blocks)
  }
}

/// The square roots of a Gram matrix's eigenvalues in falling order, unless they are too inaccurate.
///
/// An eigenvalue is off by some ε·λ₁, so a σ by half of ε·(σ₁/σ)² of itself: below 10⁻⁷ as long as
/// no λ is smaller than 10⁻⁸·λ₁, or than that part of what was subtracted from the matrix's trace.
package func reliableSingularValues(
  ofGram gram: Tensor, _ subtracted: Double = 0
) -> [Double]? {
  let eigenvalues = gram.symmetricEigenvalues().scalars(Double.self)
  guard let largest = eigenvalues.last, let smallest = eigenvalues.first,
    smallest > 1e-8 * max(largest, subtracted)
  else { return nil }
  return eigenvalues.reversed().map { $0.squareRoot() }
}
