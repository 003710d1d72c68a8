import Foundation
import Torch

/// E‖a−a′‖²/E‖a−b‖²: a is the first view of a sample, a′ the second one of it, b the second view of any
/// other sample.
///
/// 0 where the embeddings do not depend on the view at all, 1 where two views of one sample are as far
/// apart as views of two samples. Where all embeddings are equal it is 0/0, and NaN.
///
/// The mean over all N(N−1) pairs of samples costs as much as a few means over the samples: with all
/// squared distances multiplied out, what is left are sums of lengths and the product of two means.
///
/// - Parameters:
///   - first: N×D embeddings of one view of each sample.
///   - second: N×D embeddings of another view of each, in the same order.
/// - Throws: `GeometryError` for shapes that differ or are not matrices, fewer than two samples, and
///   NaN or infinity.
public func invariance(_ first: Tensor, _ second: Tensor) throws(GeometryError) -> Double {
  var same = 0.0
  var squares = 0.0
  var sums: (first: Tensor, second: Tensor)?
  // Counted from some point of the data, so that the terms cancel no more than they must.
  var start: Tensor?
  try forEachPairOfBlocks(first, second) { blockA, blockB in
    let origin = start ?? blockA[0..<1]
    start = origin
    let (a, b) = (blockA - origin, blockB - origin)
    same += (a - b).squared().sum().item
    squares += a.squared().sum().item + b.squared().sum().item
    let more = (a.sum(along: [0]), b.sum(along: [0]))
    sums = sums.map { ($0.first + more.0, $0.second + more.1) } ?? more
  }
  let samples = Double(first.size(0))
  let product = sums.map { ($0.first * $0.second).sum().item } ?? 0
  let others = samples * squares - 2 * product - same
  return (same / samples) / (others / (samples * (samples - 1)))
}

/// E‖u−u′‖² over samples, u and u′ their two views scaled to unit length (Wang and Isola, *Understanding
/// contrastive representation learning through alignment and uniformity*, ICML 2020, their α = 2).
///
/// - Parameters:
///   - first: N×D embeddings of one view of each sample.
///   - second: N×D embeddings of another view of each, in the same order.
/// - Throws: as `invariance`.
public func alignment(_ first: Tensor, _ second: Tensor) throws(GeometryError) -> Double {
  var sum = 0.0
  try forEachPairOfBlocks(first, second) { a, b in
    sum += (a.unitRows() - b.unitRows()).squared().sum().item
  }
  return sum / Double(first.size(0))
}

/// ln E exp(−2‖u−v‖²) over all pairs of different rows, scaled to unit length (Wang and Isola, ICML
/// 2020, their t = 2): 0 where all point one way, at least −4 where they spread over the sphere.
///
/// All N(N−1)/2 pairs are visited, in tiles: time grows with N²·D, memory with N. Products are made in the embeddings' own
/// precision, float32 at least, and summed in float64.
///
/// - Parameter embeddings: N×D, one view of each sample.
/// - Throws: `GeometryError` for a tensor that is not a matrix, fewer than two rows, and NaN or
///   infinity.
public func uniformity(_ embeddings: Tensor) throws(GeometryError) -> Double {
  let unit = try embeddings.asPairwiseEmbeddings().unitRows()
  let samples = unit.size(0)
  // exp(−2‖u−v‖²) = exp(−2|u|²)·exp(4·u·v − 2|v|²), with lengths because a zero row keeps length 0.
  let lengths = unit.squared().sum(along: [1]) * 2
  let tiles = stride(from: 0, to: samples, by: 1024).map { $0..<min($0 + 1024, samples) }
  var sum = 0.0
  for (index, rows) in tiles.enumerated() {
    let anchors = unit[rows] * 4
    let factors = exp(-lengths[rows].to(.float64))
    for others in tiles[index...] {
      let kernel = (-lengths[others]).addingProduct(anchors, unit[others].transposed())
      kernel.exponentiate()
      let block = (kernel.sum(along: [1]).to(.float64) * factors).sum().item
      sum += others == rows ? (block - Double(rows.count)) / 2 : block
    }
  }
  return log(sum / (Double(samples) * Double(samples - 1) / 2))
}

/// The mean squared distance of views to the centroid of their sample's views, rows scaled to unit
/// length: how wide the orbits are under the augmentations.
///
/// - Parameter views: at least two tensors N×D: one view of each of the N samples, in one order.
/// - Throws: `GeometryError` for fewer than two views, shapes that differ or are not matrices, and NaN
///   or infinity.
public func orbitSpread(views: [Tensor]) throws(GeometryError) -> Double {
  guard let first = views.first, views.count >= 2 else {
    throw .wrongInput(.tooFewViews(views.count))
  }
  var unit: [Tensor] = []
  for view in views {
    try first.checkPaired(with: view, .views, .views)
    unit.append(try view.asEmbeddings(.views, minimumRows: 1).unitRows())
  }
  let centroid = unit.dropFirst().reduce(unit[0], +) / Double(views.count)
  let distances = unit.map { ($0 - centroid).squared().sum(along: [1]).mean().item }
  return distances.reduce(0, +) / Double(views.count)
}

/// Gives `body` the same rows of two matrices in float64, block by block.
private func forEachPairOfBlocks(
  _ first: Tensor, _ second: Tensor, _ body: (Tensor, Tensor) -> Void
) throws(GeometryError) {
  try first.checkPaired(with: second, .views, .views)
  try first.checkEmbeddings(.views, minimumRows: 2)
  try second.checkEmbeddings(.views, minimumRows: 2)
  let length = max(1024, 1_000_000 / first.size(1))
  for (a, b) in zip(first.detached().split(length), second.detached().split(length)) {
    body(a.to(.float64), b.to(.float64))
  }
}
