import Torch

extension Tensor {
  /// This N×D matrix in float64, cut off from any graph.
  ///
  /// - Throws: `GeometryError` for another rank, fewer than `minimumRows` rows, no columns, or
  ///   numbers that are not finite.
  func asEmbeddings(
    _ subject: GeometryError.Subject = .embeddings, minimumRows: Int = 2
  ) throws(GeometryError) -> Tensor {
    try checkEmbeddings(subject, minimumRows: minimumRows)
    return detached().to(.float64)
  }

  /// This N×D matrix as it is, float32 at least, cut off from any graph: for the products of all
  /// pairs, whose rounding averages out.
  ///
  /// - Throws: as `asEmbeddings`.
  func asPairwiseEmbeddings() throws(GeometryError) -> Tensor {
    try checkEmbeddings(.embeddings, minimumRows: 2)
    return dtype == .float64 ? detached() : detached().to(.float32)
  }

  func checkEmbeddings(
    _ subject: GeometryError.Subject, minimumRows: Int
  ) throws(GeometryError) {
    guard rank == 2 else { throw .wrongInput(.notAMatrix(subject, shape: shape)) }
    guard size(1) >= 1 else { throw .wrongInput(.noColumns(subject, shape: shape)) }
    guard size(0) >= minimumRows else {
      throw .notMeasurable(.tooFewRows(of: subject, found: size(0), needed: minimumRows))
    }
    let bad = nonFiniteRows
    guard let first = bad.first else { return }
    throw .wrongInput(.notFinite(subject, rows: bad.count, of: size(0), first: first))
  }

  /// The rows of a matrix that hold NaN or infinity, or coordinates so large (10^70, which only float64 has) that powers of them are infinite,
  /// in order.
  public var nonFiniteRows: [Int] {
    // One sum instead of one a row: it is small unless an element is large, or there are very many.
    if dtype == .float64 {
      let largest = 1e140
      if squared().sum().item < largest { return [] }
      return squared().sum(along: [1]).scalars(Double.self).indices(where: { !($0 < largest) })
    }
    if sum().item.isFinite { return [] }
    return areFinite().all(along: 1).scalars(Bool.self).indices(where: { !$0 })
  }

  /// Rows minus their mean. Rows that are all equal become exactly zero, however the mean rounds.
  package func centeredRows() -> Tensor {
    let shifted = self - self[0..<1]
    return shifted - shifted.mean(along: [0], keepingDimensions: true)
  }

  /// Checks that matrices that belong together row by row have one shape.
  func checkPaired(
    with other: Tensor, _ subject: GeometryError.Subject, _ otherSubject: GeometryError.Subject
  ) throws(GeometryError) {
    guard shape == other.shape else {
      throw .wrongInput(.unequalShapes(subject, shape, otherSubject, other.shape))
    }
  }
}

extension Array {
  /// The places of the elements that a condition holds for.
  fileprivate func indices(where holds: (Element) -> Bool) -> [Int] {
    indices.filter { holds(self[$0]) }
  }
}
