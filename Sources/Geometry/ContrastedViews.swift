import Torch

/// Two views of the same samples, checked, and the consecutive batches within which they are contrasted.
struct ContrastedViews {
  let first: Tensor
  let second: Tensor
  let batchSize: Int
  /// How many samples the full batches hold.
  var sampleCount: Int { first.size(0) / batchSize * batchSize }

  /// - Parameters:
  ///   - first, second: N×D of either view, in one order.
  ///   - batchSize: all samples unless given.
  /// - Throws: `GeometryError` for shapes that differ or are not matrices, NaN or infinity, fewer than two
  ///   samples, and a batch size below 2 or above N.
  init(
    _ subject: GeometryError.Subject, _ first: Tensor, _ second: Tensor, batchSize: Int?
  ) throws(GeometryError) {
    try first.checkPaired(with: second, subject, subject)
    for view in [first, second] { try view.checkEmbeddings(subject, minimumRows: 2) }
    let size = batchSize ?? first.size(0)
    try check(.batchSize, Double(size), .atLeast(2))
    guard size <= first.size(0) else {
      throw .notMeasurable(.tooFewRows(of: subject, found: first.size(0), needed: size))
    }
    (self.first, self.second, self.batchSize) = (first.detached(), second.detached(), size)
  }

  /// Both views of each full batch, in float64.
  var batches: [(first: Tensor, second: Tensor)] {
    stride(from: 0, to: sampleCount, by: batchSize).map { start in
      let rows = start..<start + batchSize
      return (first[rows].to(.float64), second[rows].to(.float64))
    }
  }
}
