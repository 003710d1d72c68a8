import Torch

/// An r-dimensional plane through each of N points of a D-dimensional space, or one plane for them all.
public struct Planes {
  /// N×D×r in float64: orthonormal columns, the most important first.
  public let basis: Tensor

  /// The number of planes; 1 for one that holds at all points.
  public var count: Int { basis.size(0) }
  /// D.
  public var dimension: Int { basis.size(1) }
  /// r.
  public var rank: Int { basis.size(2) }

  /// Planes with a basis N×D×r of orthonormal columns, or D×r for one plane.
  init(basis: Tensor) { self.basis = basis.rank == 2 ? basis.unsqueezed(0) : basis }

  /// The plane of the first `rank` columns of each basis.
  ///
  /// - Throws: `GeometryError` for a rank below 1 or above that of these planes.
  public func leading(_ rank: Int) throws(GeometryError) -> Planes {
    try checkRank(rank, of: self.rank)
    return Planes(basis: basis.slice(0..<rank, along: 2))
  }

  /// The planes through the given points only.
  public func at(_ points: [Int]) -> Planes {
    count == 1 ? self : Planes(basis: basis.gathered(Tensor(points).to(basis.device)))
  }

  /// The data's tangent plane at some of its points: the leading `rank` principal directions of the k
  /// nearest neighbours, the point itself left out, about their own mean.
  ///
  /// - Parameters:
  ///   - embeddings: N×D.
  ///   - anchors: the rows at which planes are wanted, all unless given.
  ///   - rank: r, at most min(k−1, D).
  ///   - neighborCount: k.
  /// - Throws: `GeometryError` for a rank or k out of range, a tensor that is not a matrix, NaN or infinity.
  public static func tangent(
    to embeddings: Tensor, at anchors: [Int]? = nil, rank: Int, neighborCount: Int = 30
  ) throws(GeometryError) -> Planes {
    let nearest = try NearestRows(of: embeddings, count: neighborCount, anchors: anchors)
    try checkRank(rank, of: min(neighborCount - 1, embeddings.size(1)))
    let points = try embeddings.asEmbeddings()
    let blocks = nearest.indices.split(max(1, 4_000_000 / (neighborCount * points.size(1))))
    let bases = blocks.map { indices in
      let shape = indices.shape + [points.size(1)]
      let neighbors = points.gathered(indices.flattened()).reshaped(shape)
      let centered = neighbors - neighbors.mean(along: [1], keepingDimensions: true)
      return centered.leadingRightSingularVectors(rank)
    }
    return Planes(basis: Tensor.concatenated(bases))
  }

  /// The planes spanned by the tangents of known factors, and the points where they do span one.
  ///
  /// - Parameters:
  ///   - tangents: r tensors N×D: the derivative of each point's embedding along one factor.
  ///   - tolerance: a point is left out where the smallest of the r singular values, tangents being scaled
  ///     to unit length, is below this: some factor does not move the embedding, or not on its own.
  /// - Throws: `GeometryError` for no tangents, shapes that differ or are not matrices, NaN or infinity, more
  ///   factors than dimensions, and where no point is left.
  public static func spanned(
    by tangents: [Tensor], tolerance: Double = 1e-4
  ) throws(GeometryError) -> (planes: Planes, points: [Int]) {
    guard let first = tangents.first else {
      throw .notMeasurable(.noTangents)
    }
    var unit: [Tensor] = []
    for tangent in tangents {
      try first.checkPaired(with: tangent, .tangents, .tangents)
      unit.append(try tangent.asEmbeddings(.tangents, minimumRows: 1).unitRows())
    }
    try checkRank(unit.count, of: first.size(1))
    let (left, values, _) = Tensor.stacked(unit, along: 2).singularValueDecomposition()
    let smallest = values.select(unit.count - 1, along: 1).scalars(Double.self)
    let points = smallest.indices.filter { smallest[$0] > tolerance }
    guard !points.isEmpty else {
      throw .notMeasurable(.dependentTangents)
    }
    return (Planes(basis: left).at(points), points)
  }
}

extension Tensor {
  /// N×D×r: the leading right singular vectors of each of N matrices K×D.
  func leadingRightSingularVectors(_ count: Int) -> Tensor {
    singularValueDecomposition().vTransposed.slice(0..<count, along: 1).transposed()
  }
}
