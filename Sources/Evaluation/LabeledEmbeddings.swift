import Torch

/// Embeddings of one layer and the class of each.
public struct LabeledEmbeddings {
  /// N×D, detached.
  public let embeddings: Tensor
  /// A whole number from 0 for each row.
  public let labels: [Int]

  /// - Parameters:
  ///   - embeddings: N×D, of any floating-point type.
  ///   - labels: N classes, counted from 0.
  /// - Throws: `EvaluationError` for a tensor that is not a matrix, no rows, NaN or infinity, another
  ///   number of labels, or negative ones.
  public init(embeddings: Tensor, labels: [Int]) throws(EvaluationError) {
    self.embeddings = try embeddings.asFiniteMatrix()
    guard labels.count == embeddings.size(0) else {
      throw EvaluationError(
        "\(labels.count) labels for \(embeddings.size(0)) embeddings: give one for each row")
    }
    if let negative = labels.first(where: { $0 < 0 }) {
      throw EvaluationError("label \(negative): classes are counted from 0")
    }
    self.labels = labels
  }

  /// N.
  public var count: Int { labels.count }

  /// One more than the largest label.
  public var classCount: Int { (labels.max() ?? -1) + 1 }

  func labelTensor() -> Tensor { Tensor(labels).to(embeddings.device) }

  func checkComparable(with test: LabeledEmbeddings) throws(EvaluationError) {
    guard embeddings.size(1) == test.embeddings.size(1) else {
      throw EvaluationError(
        "training embeddings have \(embeddings.size(1)) coordinates and test embeddings "
          + "\(test.embeddings.size(1)): give two splits of one layer")
    }
  }
}

extension Tensor {
  func asFiniteMatrix() throws(EvaluationError) -> Tensor {
    guard rank == 2, count > 0 else {
      throw EvaluationError("embeddings have shape \(shape): give a matrix, one embedding a row")
    }
    guard dtype.isFloatingPoint else {
      throw EvaluationError("embeddings are of type \(dtype): give floating-point numbers")
    }
    guard isFinite else {
      throw EvaluationError("embeddings hold NaN or infinity: drop these rows first")
    }
    return detached()
  }
}

/// The share of predictions that equal the labels.
func accuracy(_ predictions: [Int], _ labels: [Int]) -> Double {
  Double(zip(predictions, labels).count { $0 == $1 }) / Double(labels.count)
}
