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
    // One sum instead of a mask of all elements: it is finite unless an element is not, or it overflows.
    guard !sum().item.isFinite, !isFinite else { return }
    let bad = nonFiniteRows
    throw .wrongInput(
      .notFinite(subject, rows: bad.count, of: size(0), first: bad.first ?? 0))
  }

  /// The rows of a matrix that hold NaN or infinity, in order.
  public var nonFiniteRows: [Int] {
    let finite = areFinite().all(along: 1).scalars(Bool.self)
    return finite.indices.filter { !finite[$0] }
  }

  /// Rows minus their mean. Rows that are all equal become exactly zero, however the mean rounds.
  func centeredRows() -> Tensor {
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
