import Torch

/// Why files of embeddings cannot be measured.
public enum GivenEmbeddingsError: Error, Equatable, Sendable {
  /// Neither layer was given.
  case noEmbeddings
  /// Views of a layer whose embeddings were not given.
  case viewsWithoutEmbeddings(views: String, layer: String)
  /// Embeddings that are no matrix of at least one column.
  case notAMatrix(file: String, shape: [Int])
  /// Embeddings of more dimensions than are measured.
  case tooWide(file: String, dimension: Int, limit: Int)
  /// Whole numbers where floating-point numbers should be.
  case notFloatingPoint(file: String, dtype: DType)
  /// Layers of different numbers of rows.
  case unequalRowCounts(file: String, rows: Int, other: String, otherRows: Int)
  /// Views that are neither N×D nor N×q×D.
  case viewsOfShape(views: String, shape: [Int], embeddings: String, embeddingsShape: [Int])
  /// Not a label for each row.
  case labelCount(labels: String, count: Int, embeddings: String, rows: Int)
  /// A class below zero.
  case negativeLabel(labels: String, Int)
  /// Rows that hold NaN or infinity and were not to be left out: how many of all, and the first one's number.
  case notFinite(file: String, rows: Int, of: Int, first: Int)
  /// Fewer than two rows, once `dropped` ones are left out.
  case tooFewRows(file: String, rows: Int, dropped: Int)
  /// A probe of so few rows that none is held out.
  case nothingHeldOut(rows: Int)
}

extension GivenEmbeddingsError: CustomStringConvertible {
  /// One line: what was wrong, where, and what to do.
  public var description: String {
    switch self {
    case .noEmbeddings: "no embeddings: give a file of layer h or of layer z"
    case .viewsWithoutEmbeddings(let views, let layer):
      "\(views) holds views of layer \(layer), whose embeddings are missing"
    case .notAMatrix(let file, let shape):
      "\(file) has shape \(shape): give a matrix, one embedding a row"
    case .tooWide(let file, let dimension, let limit):
      "\(file) has \(dimension) columns, and embeddings of \(limit) dimensions at most are measured: leave it out"
    case .notFloatingPoint(let file, let dtype):
      "\(file) holds \(dtype): give floating-point numbers"
    case .unequalRowCounts(let file, let rows, let other, let otherRows):
      "\(file) has \(rows) rows and \(other) \(otherRows): give the same samples in the same order"
    case .viewsOfShape(let views, let shape, let embeddings, let embeddingsShape):
      "\(views) has shape \(shape), which are no views of \(embeddings), \(embeddingsShape): give "
        + "N×D, or N×q×D for q views"
    case .labelCount(let labels, let count, let embeddings, let rows):
      "\(labels) holds \(count) labels, \(embeddings) \(rows) rows: give one for each"
    case .negativeLabel(let labels, let label):
      "\(labels) holds the label \(label): classes are counted from 0"
    case .notFinite(let file, let rows, let all, let first):
      "\(file): \(rows) of \(all) rows hold NaN, infinity or numbers beyond 1e70, the first is row \(first); find out where "
        + "they come from, or leave them out"
    case .tooFewRows(let file, let rows, let dropped):
      "\(file) holds \(rows) row\(rows == 1 ? "" : "s")"
        + (dropped == 0 ? "" : " without those of NaN or infinity")
        + ", where at least 2 are needed"
    case .nothingHeldOut(let rows):
      "of \(rows) rows none is held out to be probed, as every fifth of a class is: give more"
    }
  }
}
