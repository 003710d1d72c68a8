import Torch

/// Mean and covariance of embeddings that arrive in batches, in float64.
///
/// Rows are counted from the first one, not from zero: sums of squares then stay near the spread of the
/// data, however far it lies from the origin, and embeddings that are all equal have covariance zero.
public struct StreamingCovariance {
  /// N, the rows that have come.
  public private(set) var count = 0
  private var origin: Tensor?
  private var sum: Tensor?
  private var gram: Tensor?

  /// Nothing yet.
  public init() {}

  /// Adds the rows of a matrix. Traps where their length differs from that of earlier rows.
  public mutating func add(_ batch: Tensor) {
    guard batch.size(0) > 0 else { return }
    let rows = batch.detached().to(.float64)
    let origin = origin ?? rows[0..<1].copied()
    self.origin = origin
    let shifted = rows - origin
    let moreSum = shifted.sum(along: [0], keepingDimensions: true)
    let moreGram = shifted.gram()
    sum = sum.map { $0 + moreSum } ?? moreSum
    gram = gram.map { $0 + moreGram } ?? moreGram
    count += rows.size(0)
  }

  /// The mean embedding, 1×D.
  ///
  /// - Throws: `GeometryError` before the first row.
  public func mean() throws(GeometryError) -> Tensor {
    guard let origin, let sum else {
      throw .notMeasurable(.tooFewRows(of: .embeddings, found: 0, needed: 1))
    }
    return origin + sum / Double(count)
  }

  /// The covariance, D×D, over N−1.
  ///
  /// - Throws: `GeometryError` before the second row.
  public func covariance() throws(GeometryError) -> Tensor {
    try scatter().centered / Double(count - 1)
  }

  /// Σ(x−x̄)(x−x̄)ᵀ, and how much was subtracted to obtain it: what its rounding is relative to.
  func scatter() throws(GeometryError) -> (centered: Tensor, subtracted: Double) {
    guard let sum, let gram, count >= 2 else {
      throw .notMeasurable(.tooFewRows(of: .embeddings, found: count, needed: 2))
    }
    let correction = sum.transposed().matmul(sum) / Double(count)
    return (gram - correction, correction.diagonal().sum().item)
  }
}

extension Tensor {
  /// selfᵀ·self. A long one is computed in strips of columns, above the diagonal alone: five eighths of
  /// the work.
  func gram() -> Tensor {
    let columns = size(1)
    guard columns >= 256, size(0) >= columns else { return transposed().matmul(self) }
    let upper = Tensor.zeros([columns, columns], dtype, on: device)
    let width = (columns + 3) / 4
    for start in stride(from: 0, to: columns, by: width) {
      let strip = start..<Swift.min(start + width, columns)
      let product = slice(strip, along: 1).transposed()
        .matmul(slice(start..<columns, along: 1))
      upper[strip].slice(start..<columns, along: 1).assign(product)
    }
    return upper.upperTriangle() + upper.upperTriangle(from: 1).transposed()
  }
}
