import Torch

/// For each of N points the k nearest of the others, by Euclidean distance.
public struct NearestRows {
  /// N×k row numbers, the nearest first.
  public let indices: Tensor
  /// N×k distances in float64, rising.
  public let distances: Tensor

  /// Searches all pairs, in tiles: time grows with N²·D, memory with N.
  ///
  /// Candidates come from a matrix product in the embeddings' own precision, float32 at least; their
  /// distances are then computed from differences in float64.
  ///
  /// - Parameters:
  ///   - embeddings: N×D.
  ///   - count: k, from 1 to N−1.
  ///   - anchors: the rows whose neighbours are wanted, all unless given.
  /// - Throws: `GeometryError` for another k, a tensor that is not a matrix, NaN or infinity.
  public init(
    of embeddings: Tensor, count: Int, anchors: [Int]? = nil
  ) throws(GeometryError) {
    let points = try embeddings.asPairwiseEmbeddings()
    let samples = points.size(0)
    guard 1..<samples ~= count else {
      throw GeometryError(
        "\(count) nearest neighbours among \(samples) embeddings: ask for 1 to \(samples - 1)")
    }
    let anchors = anchors ?? Array(0..<samples)
    guard anchors.allSatisfy({ 0..<samples ~= $0 }) else {
      throw GeometryError("anchors outside of the \(samples) embeddings")
    }
    // Near the origin the product cancels least.
    let centered = points.centeredRows()
    let halfLengths = centered.squared().sum(along: [1]) * 0.5
    let candidates = min(count + NearestRows.spareCandidates, samples - 1)
    let tile = max(16, min(4_000_000 / samples, 4_000_000 / (candidates * points.size(1))))
    let parts = stride(from: 0, to: anchors.count, by: tile).map { start in
      let rows = Tensor(Array(anchors[start..<min(start + tile, anchors.count)]))
        .to(points.device)
      // x·y − |y|²/2 falls as the distance from x grows.
      let closeness =
        centered.gathered(rows).matmul(centered.transposed()) - halfLengths
      Operator.scatterValueInPlace.run(closeness, 1, rows.unsqueezed(1), -Double.infinity)
      return NearestRows.nearest(
        count, of: closeness.largest(candidates).indices, to: rows, in: points)
    }
    indices = Tensor.concatenated(parts.map(\.indices))
    distances = Tensor.concatenated(parts.map(\.distances))
  }

  /// More candidates than neighbours: the product's rounding may swap those next to each other.
  private static let spareCandidates = 8

  private static func nearest(
    _ count: Int, of candidates: Tensor, to rows: Tensor, in points: Tensor
  ) -> (indices: Tensor, distances: Tensor) {
    let shape = candidates.shape + [points.size(1)]
    let neighbors = points.gathered(candidates.flattened()).reshaped(shape).to(.float64)
    let origins = points.gathered(rows).unsqueezed(1).to(.float64)
    let squares = (neighbors - origins).squared().sum(along: [2])
    let closest = (-squares).largest(count)
    return (
      Operator.gather(candidates, 1, closest.indices), sqrt((-closest.values).clamped(min: 0))
    )
  }
}

extension Operator {
  static let gather = Operator("aten::gather")
  static let scatterValueInPlace = Operator("aten::scatter_", "value")
}
