import Torch

/// The eigenvalues and eigenvectors of a symmetric matrix whose signs matter: along its positive directions
/// gradient flow grows a linear layer, along its negative ones it shrinks it.
public struct SignedEigensystem {
  /// D eigenvalues, falling.
  public let values: [Double]
  /// D×D in float64: an eigenvector a column, in the order of their eigenvalues.
  public let vectors: Tensor

  /// Of a symmetric D×D matrix in float64.
  init(of matrix: Tensor) {
    let (rising, columns) = matrix.symmetricEigen()
    values = rising.scalars(Double.self).reversed()
    vectors = columns.reversed(along: 1)
  }

  /// How many are positive. Those within rounding of zero do not count.
  public var positiveCount: Int {
    let largest = max(values.first ?? 0, -(values.last ?? 0))
    let bound = largest * Double(values.count) * Double.ulpOfOne
    return values.count { $0 > bound }
  }

  /// Σ|λ<0| / Σ|λ|: 0 where no direction shrinks, 1 where all do; nil for a matrix of zeros.
  public var negativeShare: Double? {
    let negative = values.reduce(0) { $0 + max(-$1, 0) }
    let all = values.reduce(0) { $0 + abs($1) }
    return all > 0 ? negative / all : nil
  }

  /// The plane of the `rank` largest eigenvalues.
  ///
  /// - Throws: `GeometryError` for a rank below 1 or above D.
  public func leadingPlane(rank: Int) throws(GeometryError) -> Planes {
    try Planes(basis: vectors).leading(rank)
  }
}

/// A matrix X that drives a linear layer W by gradient flow, dW/dt = W·X, measured on contrasted samples.
public protocol ContrastiveFlow {
  /// X, D×D in float64.
  var matrix: Tensor { get }
  /// Its eigenvalues and eigenvectors.
  var eigensystem: SignedEigensystem { get }
  /// How many samples, two views each, it was measured on.
  var sampleCount: Int { get }
  /// How many samples were contrasted with each other at a time.
  var batchSize: Int { get }
}

extension ContrastiveFlow {
  /// The eigenvalues of X, falling.
  public var eigenvalues: [Double] { eigensystem.values }

  /// The number of positive eigenvalues: `predicted_rank`.
  ///
  /// It counts signs, those of eigenvalues near zero included, so it depends on the number of samples and
  /// compares at one number only. `negativeShare` weighs them.
  public var predictedRank: Int { eigensystem.positiveCount }

  /// Σ|λ<0| / Σ|λ| of X's eigenvalues: `negative_share`; nil where X is zero.
  public var negativeShare: Double? { eigensystem.negativeShare }

  /// The plane of the `rank` largest eigenvalues.
  ///
  /// - Throws: `GeometryError` for a rank below 1 or above D.
  public func leadingPlane(rank: Int) throws(GeometryError) -> Planes {
    try eigensystem.leadingPlane(rank: rank)
  }
}
