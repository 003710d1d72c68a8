import Foundation
import Torch

/// What views of the same samples have in common, at one layer.
public struct ViewStatistics: Sendable, Equatable {
  /// E‖a−a′‖²/E‖a−b‖² for two views of each sample: 0 is invariant, 1 is not at all.
  public let invariance: Double
  /// The same for the clean image and one view.
  public let cleanInvariance: Double
  /// E‖u−u′‖² for two views of each sample, scaled to unit length.
  public let alignment: Double
  /// ln E exp(−2‖u−v‖²) over pairs of samples, one view of each, scaled to unit length.
  public let uniformity: Double

  /// - Parameters:
  ///   - clean: N×D embeddings of the samples as they are.
  ///   - first: N×D embeddings of one view of each, in the same order.
  ///   - second: N×D embeddings of another view of each.
  /// - Throws: `GeometryError` for shapes that differ or are not matrices, fewer than two samples,
  ///   and NaN or infinity.
  public init(clean: Tensor, first: Tensor, second: Tensor) throws(GeometryError) {
    invariance = try Geometry.invariance(first, second)
    cleanInvariance = try Geometry.invariance(clean, first)
    alignment = try Geometry.alignment(first, second)
    uniformity = try Geometry.uniformity(first)
  }
}

/// E‖a−a′‖²/E‖a−b‖²: a and a′ are the two views of one sample, b either view of any other sample.
///
/// 0 where the embeddings do not depend on the view at all, 1 where two views of one sample are as far
/// apart as views of two samples. Where all embeddings are equal it is 0/0, and NaN.
///
/// The mean over all pairs of samples costs as much as a few means over the samples: the squared
/// distances between all pairs of points add up to their number times the squared distances to the
/// mean.
///
/// - Parameters:
///   - first: N×D embeddings of one view of each sample.
///   - second: N×D embeddings of another view of each, in the same order.
/// - Throws: `GeometryError` for shapes that differ or are not matrices, fewer than two samples, and
///   NaN or infinity.
public func invariance(_ first: Tensor, _ second: Tensor) throws(GeometryError) -> Double {
  let (first, second) = try pairedViews(first, second)
  let samples = Double(first.size(0))
  let within = (first - second).squared().sum().item
  let all = Tensor.concatenated([first, second]).centeredRows().squared().sum().item
  // Over unordered pairs of the 2N points: all of them, less the N pairs within a sample.
  let between = 2 * samples * all - within
  return (within / samples) / (between / (2 * samples * (samples - 1)))
}

/// E‖u−u′‖² over samples, u and u′ their two views scaled to unit length (Wang and Isola, *Understanding
/// contrastive representation learning through alignment and uniformity*, ICML 2020, their α = 2).
///
/// - Parameters:
///   - first: N×D embeddings of one view of each sample.
///   - second: N×D embeddings of another view of each, in the same order.
/// - Throws: as `invariance`.
public func alignment(_ first: Tensor, _ second: Tensor) throws(GeometryError) -> Double {
  let (first, second) = try pairedViews(first, second)
  return (first.normalized() - second.normalized()).squared().sum(along: [1]).mean().item
}

/// ln E exp(−2‖u−v‖²) over all pairs of different rows, scaled to unit length (Wang and Isola, ICML
/// 2020, their t = 2): 0 where all point one way, at least −4 where they spread over the sphere.
///
/// All N(N−1)/2 pairs are visited, in tiles: time grows with N²·D, memory with N.
///
/// - Parameter embeddings: N×D, one view of each sample.
/// - Throws: `GeometryError` for a tensor that is not a matrix, fewer than two rows, and NaN or
///   infinity.
public func uniformity(_ embeddings: Tensor) throws(GeometryError) -> Double {
  let unit = try embeddings.asEmbeddings().normalized()
  let samples = Double(unit.size(0))
  let tiles = unit.split(1024)
  var sum = 0.0
  for (index, tile) in tiles.enumerated() {
    for (otherIndex, other) in tiles[index...].enumerated() {
      let cosines = tile.matmul(other.transposed())
      // ‖u−v‖² = |u|² + |v|² − 2·u·v, with lengths because a zero row keeps length 0.
      let lengths =
        tile.squared().sum(along: [1], keepingDimensions: true) + other.squared().sum(along: [1])
      let kernel = exp((cosines * 2 - lengths) * 2).sum().item
      sum += otherIndex == 0 ? (kernel - Double(tile.size(0))) / 2 : kernel
    }
  }
  return log(sum / (samples * (samples - 1) / 2))
}

/// The mean squared distance of views to the centroid of their sample's views, rows scaled to unit
/// length: how wide the orbits are under the augmentations.
///
/// - Parameter views: at least two tensors N×D: one view of each of the N samples, in one order.
/// - Throws: `GeometryError` for fewer than two views, shapes that differ or are not matrices, and NaN
///   or infinity.
public func orbitSpread(views: [Tensor]) throws(GeometryError) -> Double {
  guard let first = views.first, views.count >= 2 else {
    throw GeometryError("an orbit of \(views.count) views has no spread: give at least two views")
  }
  var unit: [Tensor] = []
  for view in views {
    try first.checkPaired(with: view, "views of one set of samples")
    unit.append(try view.asEmbeddings("views", minimumRows: 1).normalized())
  }
  let centroid = unit.dropFirst().reduce(unit[0], +) / Double(views.count)
  let distances = unit.map { ($0 - centroid).squared().sum(along: [1]).mean().item }
  return distances.reduce(0, +) / Double(views.count)
}

private func pairedViews(
  _ first: Tensor, _ second: Tensor
) throws(GeometryError) -> (Tensor, Tensor) {
  try first.checkPaired(with: second, "two views of one set of samples")
  return (try first.asEmbeddings("views"), try second.asEmbeddings("views"))
}
