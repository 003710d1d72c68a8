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
  /// distances are then computed from differences in float64. Where the product's rounding could have
  /// hidden a neighbour from the candidates, the tile is done again in float64.
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
    try check(.neighborCount, Double(count), .atLeast(1))
    guard count < samples else {
      throw .notMeasurable(.tooFewRows(of: .embeddings, found: samples, needed: count + 1))
    }
    let anchors = anchors ?? Array(0..<samples)
    for anchor in anchors {
      try check(.anchor, Double(anchor), .from(0, below: Double(samples)))
    }
    let fast = PairwiseSearch(points, count)
    lazy var exact = PairwiseSearch(points.to(.float64), count)
    let tile = max(16, min(8_000_000 / samples, 8_000_000 / (fast.candidates * points.size(1))))
    // Filled in place: kept pieces would split the large blocks that every tile needs again.
    indices = Tensor.zeros([anchors.count, count], .int64, on: points.device)
    distances = Tensor.zeros([anchors.count, count], .float64, on: points.device)
    for start in stride(from: 0, to: anchors.count, by: tile) {
      let part = start..<min(start + tile, anchors.count)
      let rows = Tensor(Array(anchors[part])).to(points.device)
      var found = fast.neighbors(of: rows)
      if !found.isCertain && !fast.isExact { found = exact.neighbors(of: rows) }
      indices[part].assign(found.indices)
      distances[part].assign(found.distances)
    }
  }
}

/// The search of all points in one precision.
private struct PairwiseSearch {
  struct Found {
    let indices: Tensor
    let distances: Tensor
    /// Whether no neighbour can have been missed.
    let isCertain: Bool
  }

  let candidates: Int
  private let count: Int
  private let points: Tensor
  private let centered: Tensor
  private let squaredLengths: Tensor
  /// How far off a squared distance may be: rounding of a sum of D products of the longest points.
  private let uncertainty: Double

  var isExact: Bool { points.dtype == .float64 }

  init(_ points: Tensor, _ count: Int) {
    self.points = points
    self.count = count
    // More candidates than neighbours: rounding may swap those next to each other.
    candidates = min(count + 8, points.size(0) - 1)
    // Near the origin the product cancels least.
    centered = points.centeredRows()
    squaredLengths = centered.squared().sum(along: [1])
    let rounding = points.dtype == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne)
    let terms = Double(points.size(1)).squareRoot()
    uncertainty = 8 * rounding * terms * squaredLengths.max().item
  }

  func neighbors(of rows: Tensor) -> Found {
    let anchors = centered.gathered(rows)
    // x·y − |y|²/2 falls as the distance from x grows.
    let closeness = (squaredLengths * -0.5).addingProduct(anchors, centered.transposed())
    closeness.set(at: rows.unsqueezed(1), along: 1, to: -.infinity)
    let nearest = closeness.largest(candidates)
    let shape = nearest.indices.shape + [points.size(1)]
    let neighbors = points.gathered(nearest.indices.flattened()).reshaped(shape).to(.float64)
    let origins = points.gathered(rows).unsqueezed(1).to(.float64)
    let exact = origins.distances(to: neighbors).squeezed(1)
    let (distances, order) = exact.smallest(count, along: 1)
    let last = nearest.values.select(candidates - 1, along: 1).to(.float64)
    let nearestOther = squaredLengths.gathered(rows).to(.float64) - last * 2
    let margin = nearestOther - distances.select(count - 1, along: 1).squared()
    let isComplete = candidates == points.size(0) - 1
    return Found(
      indices: nearest.indices.elements(at: order, along: 1), distances: distances,
      isCertain: isComplete || margin.min().item > uncertainty)
  }
}
