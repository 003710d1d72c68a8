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
  ///   - centered: subtract the mean embedding first.
  ///   - rowNormalized: scale each embedding to unit length before that.
  /// - Throws: `GeometryError` for a tensor that is not a matrix, fewer than two rows, and NaN or
  ///   infinity.
  public init(
    of embeddings: Tensor, centered: Bool, rowNormalized: Bool = false
  ) throws(GeometryError) {
    var matrix = try embeddings.asEmbeddings()
    if rowNormalized { matrix = matrix.normalized() }
    if centered { matrix = matrix.centeredRows() }
    self.init(
      singularValues: matrix.accurateSingularValues(), sampleCount: matrix.size(0),
      dimension: matrix.size(1), centered: centered, rowNormalized: rowNormalized)
  }

  /// - Parameter unscaled: singular values of the matrix itself, in falling order.
  init(
    singularValues unscaled: [Double], sampleCount: Int, dimension: Int, centered: Bool,
    rowNormalized: Bool
  ) {
    let scale = 1 / Double(sampleCount - 1).squareRoot()
    singularValues = unscaled.map { $0 * scale }
    self.sampleCount = sampleCount
    self.dimension = dimension
    isCentered = centered
    isRowNormalized = rowNormalized
  }
}

extension Tensor {
  /// The singular values of a float64 matrix in falling order, each to rounding relative to the
  /// largest.
  func accurateSingularValues() -> [Double] {
    let tall = size(0) >= size(1) ? self : transposed()
    return tall.transposed().matmul(tall).reliableSingularValuesOfGram()
      ?? tall.triangularFactor().singularValues().scalars(Double.self)
  }

  /// The square roots of a Gram matrix's eigenvalues in falling order, unless they are too inaccurate.
  ///
  /// An eigenvalue is off by some ε·λ₁, so a σ by half of ε·(σ₁/σ)² of itself: below 10⁻⁷ as long as
  /// no λ is smaller than 10⁻⁸·λ₁.
  package func reliableSingularValuesOfGram() -> [Double]? {
    let eigenvalues = Operator.symmetricEigenvalues(self).scalars(Double.self)
    guard let largest = eigenvalues.last, let smallest = eigenvalues.first,
      smallest > 1e-8 * largest
    else { return nil }
    return eigenvalues.reversed().map { $0.squareRoot() }
  }

  /// R of the QR decomposition of a tall matrix, taken block by block: the same singular values.
  package func triangularFactor() -> Tensor {
    let blockRows = Swift.max(4096, 4 * size(1))
    let blocks = split(blockRows)
    return blocks.dropFirst().reduce(blocks[0].qrTriangle()) { factor, block in
      Tensor.concatenated([factor, block]).qrTriangle()
    }
  }

  func qrTriangle() -> Tensor {
    guard let factor = Operator.qrFactors.results(self, "r")[1] else {
      fatalError("aten::linalg_qr returned no R")
    }
    return factor
  }
}

extension Operator {
  static let symmetricEigenvalues = Operator("aten::linalg_eigvalsh")
  static let qrFactors = Operator("aten::linalg_qr")
}
