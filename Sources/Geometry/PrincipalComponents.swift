import Torch

extension Tensor {
  /// The leading principal components of these centred rows N×D, by falling variance: N×k, k the number that is asked for
  /// or, where that is less, of directions that stand out of rounding. Rows that are all equal have none.
  ///
  /// From the smaller of the two products of the matrix with itself, in time N·D·min(N, D). A direction's sign is arbitrary.
  func principalComponents(_ count: Int) -> Tensor {
    let (rows, columns) = (size(0), size(1))
    let product = columns <= rows ? gram() : matmul(transposed())
    let (rising, vectors) = product.symmetricEigen()
    let eigenvalues = rising.scalars(Double.self)
    // An eigenvalue is known to rounding of the largest one.
    let bound = (eigenvalues.last ?? 0) * Double(Swift.max(rows, columns)) * Double.ulpOfOne
    let kept = Swift.min(count, eigenvalues.count { $0 > bound })
    let leading = vectors.slice(eigenvalues.count - kept..<eigenvalues.count, along: 1)
      .reversed(along: 1)
    guard columns > rows else { return matmul(leading) }
    return leading
      * sqrt(rising.slice(eigenvalues.count - kept..<eigenvalues.count, along: 0))
      .reversed(along: 0)
  }
}
