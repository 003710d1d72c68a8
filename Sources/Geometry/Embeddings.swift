import Torch

extension Tensor {
  /// This N×D matrix in float64, cut off from any graph.
  ///
  /// - Throws: `GeometryError` for another rank, fewer than `minimumRows` rows, no columns, or
  ///   numbers that are not finite.
  func asEmbeddings(
    _ name: String = "embeddings", minimumRows: Int = 2
  ) throws(GeometryError) -> Tensor {
    try checkEmbeddings(name, minimumRows: minimumRows)
    return detached().to(.float64)
  }

  /// This N×D matrix as it is, float32 at least, cut off from any graph: for the products of all
  /// pairs, whose rounding averages out.
  ///
  /// - Throws: as `asEmbeddings`.
  func asPairwiseEmbeddings() throws(GeometryError) -> Tensor {
    try checkEmbeddings("embeddings", minimumRows: 2)
    return dtype == .float64 ? detached() : detached().to(.float32)
  }

  func checkEmbeddings(_ name: String, minimumRows: Int) throws(GeometryError) {
    guard rank == 2 else {
      throw GeometryError("\(name) have shape \(shape): give a matrix, one embedding a row")
    }
    guard size(0) >= minimumRows else {
      throw GeometryError("\(name): \(size(0)) of them, where at least \(minimumRows) are needed")
    }
    guard size(1) >= 1 else { throw GeometryError("\(name) have no coordinates: shape \(shape)") }
    // One sum instead of a mask of all elements: it is finite unless an element is not, or it overflows.
    guard !sum().item.isFinite, !isFinite else { return }
    let bad = nonFiniteRows
    throw GeometryError(
      "\(name): \(bad.count) of \(size(0)) rows hold NaN or infinity, the first is row "
        + "\(bad.first ?? 0); drop them, or find out where they come from")
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
  func checkPaired(with other: Tensor, _ names: String) throws(GeometryError) {
    guard shape == other.shape else {
      throw GeometryError("\(names) have shapes \(shape) and \(other.shape): they must be equal")
    }
  }
}
