import Torch

/// What of the embeddings lies outside a plane: what a head eliminates that keeps this plane alone.
public struct NullSpaceEnergy: Sendable, Equatable {
  /// The share of the variance outside of the plane.
  public let total: Double
  /// The share of the variance between classes outside of the plane; nil without labels, and where all
  /// classes have the same mean.
  public let betweenClasses: Double?

  /// - Parameters:
  ///   - embeddings: N×D.
  ///   - labels: the class of each, from 0, where classes are known.
  ///   - plane: one plane in the same space, as `ProjectorGeometry.globalPlane.leading(r)`.
  /// - Throws: `GeometryError` for several planes, another dimension or number of labels, embeddings that do
  ///   not vary or are not a matrix, NaN or infinity.
  public init(
    of embeddings: Tensor, labels: [Int]? = nil, outside plane: Planes
  ) throws(GeometryError) {
    guard plane.count == 1, embeddings.rank == 2, plane.dimension == embeddings.size(1) else {
      throw .wrongInput(
        .planeElsewhere(plane: plane.basis.shape, embeddings: embeddings.shape))
    }
    let centered = try embeddings.asEmbeddings().centeredRows()
    let basis = plane.basis[0]
    guard let share = outsideShare(of: centered, basis) else {
      throw .notMeasurable(.noVariance(of: .embeddings))
    }
    total = share
    guard let labels else {
      betweenClasses = nil
      return
    }
    try checkLabels(labels, for: centered)
    betweenClasses = outsideShare(of: weightedClassMeans(centered, labels), basis)
  }
}

/// 1 − ‖M·Q‖²/‖M‖², from the residual, so that a small share keeps its digits; nil for zeros.
private func outsideShare(of matrix: Tensor, _ basis: Tensor) -> Double? {
  let all = matrix.squared().sum().item
  guard all > 0 else { return nil }
  let residual = matrix - matrix.matmul(basis).matmul(basis.transposed())
  return residual.squared().sum().item / all
}
