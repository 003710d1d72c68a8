import Torch

/// How far two r-planes at the same points agree.
public struct SubspaceOverlap: Sendable, Equatable {
  /// The mean of ‖Q_Aᵀ·Q_B‖²/r over the points: 1 for the same plane, 0 for perpendicular ones.
  public let overlap: Double
  /// What a plane drawn at random has on average: r/D.
  public let random: Double
  /// The mean principal angles over the points in radians, the largest first, as SciPy's
  /// `subspace_angles` lists them.
  public let principalAngles: [Double]

  /// - Parameters:
  ///   - first: N planes, or one that holds at all points.
  ///   - second: N planes of the same rank in the same space, or one.
  /// - Throws: `GeometryError` where numbers of planes, dimensions or ranks do not match.
  public init(_ first: Planes, _ second: Planes) throws(GeometryError) {
    guard first.dimension == second.dimension, first.rank == second.rank,
      first.count == second.count || first.count == 1 || second.count == 1
    else {
      throw .wrongInput(.incomparablePlanes(first.basis.shape, second.basis.shape))
    }
    let product = first.basis.transposed().matmul(second.basis)
    overlap = product.squared().sum(along: [1, 2]).mean().item / Double(first.rank)
    random = Double(first.rank) / Double(first.dimension)
    let angles = SubspaceOverlap.principalAngles(first.basis, second.basis, product)
    principalAngles = angles.mean(along: [0]).scalars(Double.self)
  }

  /// N×r, falling: from the cosine where it is small, and from the sine where the cosine is so near 1
  /// that its rounding would be the angle (Knyazev and Argentati, SIAM J. Sci. Comput. 2002).
  private static func principalAngles(
    _ first: Tensor, _ second: Tensor, _ product: Tensor
  ) -> Tensor {
    let cosines = product.singularValues().reversed(along: 1).clamped(max: 1)
    let residual = second - first.matmul(product)
    let sines = residual.singularValues().clamped(max: 1)
    let isWide = (cosines.squared() * -1).exceeds(-0.5)
    return acos(cosines).chosen(where: isWide, else: asin(sines))
  }
}
