import Torch

/// N×D embeddings that are read block by block, so that N does not have to fit in memory.
///
/// ```swift
/// let rows = try EmbeddingRows(npyFile: "embeddings.npy")
/// let spectrum = try Spectrum(of: rows, centered: true)
/// ```
public struct EmbeddingRows {
  /// N.
  public let count: Int
  /// D.
  public let dimension: Int
  /// How many rows are read at once: some 8 MB in float64, long enough for fast products and short
  /// beside memory.
  package var blockLength: Int
  private let read: (Range<Int>) throws -> Tensor

  /// Rows that `read` fetches by their numbers, as a tensor of as many rows and `dimension` columns.
  ///
  /// - Throws: `GeometryError` for fewer than two rows, and no columns.
  public init(
    count: Int, dimension: Int, read: @escaping (Range<Int>) throws -> Tensor
  ) throws(GeometryError) {
    guard dimension >= 1 else {
      throw .wrongInput(.noColumns(.embeddings, shape: [count, dimension]))
    }
    guard count >= 2 else {
      throw .notMeasurable(.tooFewRows(of: .embeddings, found: count, needed: 2))
    }
    self.count = count
    self.dimension = dimension
    self.blockLength = max(1024, 1_000_000 / dimension)
    self.read = read
  }

  /// The rows of a matrix.
  ///
  /// - Throws: `GeometryError` for a tensor that is no matrix of at least two rows and one column.
  public init(_ embeddings: Tensor) throws(GeometryError) {
    guard embeddings.rank == 2 else {
      throw .wrongInput(.notAMatrix(.embeddings, shape: embeddings.shape))
    }
    let matrix = embeddings.detached()
    try self.init(count: matrix.size(0), dimension: matrix.size(1)) { matrix[$0] }
  }

  /// The rows of a .npy file, mapped into memory a block at a time and let go again.
  ///
  /// - Throws: `TorchError` for a file that cannot be read, `GeometryError` for one that holds no
  ///   matrix of at least two rows and one column.
  public init(npyFile path: String) throws {
    let shape = try NumPyArray.shape(path: path)
    guard shape.count == 2 else {
      throw GeometryError.wrongInput(.notAMatrix(.file(path), shape: shape))
    }
    try self.init(count: shape[0], dimension: shape[1]) {
      try NumPyArray.read(path: path, rows: $0)
    }
  }

  private var blockRanges: [Range<Int>] {
    stride(from: 0, to: count, by: blockLength).map { $0..<min($0 + blockLength, count) }
  }

  /// Gives `body` one block after another, in float64.
  ///
  /// - Throws: `GeometryError` for rows that cannot be read, or hold NaN or infinity.
  func forEachBlock(
    rowNormalized: Bool = false, _ body: (Tensor) throws(GeometryError) -> Void
  ) throws(GeometryError) {
    for range in blockRanges {
      let block = try block(range)
      try body(rowNormalized ? block.unitRows() : block)
    }
  }

  private func block(_ range: Range<Int>) throws(GeometryError) -> Tensor {
    let block = try fetch(range)
    if !block.nonFiniteRows.isEmpty { throw try nonFiniteError() }
    return block
  }

  private func fetch(_ range: Range<Int>) throws(GeometryError) -> Tensor {
    let block: Tensor
    do {
      block = try read(range).to(.float64)
    } catch {
      throw .unreadable(rows: range, reason: "\(error)")
    }
    let expected = [range.count, dimension]
    guard block.shape == expected else {
      throw .wrongInput(.rowsOfShape(block.shape, expected: expected, rows: range))
    }
    return block
  }

  private func nonFiniteError() throws(GeometryError) -> GeometryError {
    var bad: [Int] = []
    for range in blockRanges {
      bad += try fetch(range).nonFiniteRows.map { $0 + range.lowerBound }
    }
    return .wrongInput(
      .notFinite(.embeddings, rows: bad.count, of: count, first: bad.first ?? 0))
  }
}
