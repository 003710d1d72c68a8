import Torch

/// Embeddings of one layer and the class of each.
public struct LabeledEmbeddings {
  /// N×D, detached.
  public let embeddings: Tensor
  /// A whole number from 0 for each row.
  public let labels: [Int]
  /// The labels that there are, each once, in order.
  public let classes: [Int]

  /// - Parameters:
  ///   - embeddings: N×D, of any floating-point type.
  ///   - labels: N classes, whole numbers from 0 of any size.
  /// - Throws: `EvaluationError` for a tensor that is not a matrix, no rows, NaN or infinity, another
  ///   number of labels, or negative ones.
  public init(embeddings: Tensor, labels: [Int]) throws(EvaluationError) {
    self.embeddings = try embeddings.asFiniteMatrix()
    guard labels.count == embeddings.size(0) else {
      throw .wrongInput(.labelCount(labels: labels.count, rows: embeddings.size(0)))
    }
    if let negative = labels.first(where: { $0 < 0 }) {
      throw .wrongInput(.negativeLabel(negative))
    }
    self.labels = labels
    classes = Set(labels).sorted()
  }

  private init(_ embeddings: Tensor, relabeled labels: [Int], classes: [Int]) {
    (self.embeddings, self.labels, self.classes) = (embeddings, labels, classes)
  }

  /// The same embeddings and as many of each class, with the labels in an order that has nothing to do with the
  /// embeddings: what a probe fitted on them gets right of true labels is chance.
  ///
  /// - Parameter seed: which order; the same for the same seed and number of rows.
  public func shuffled(seed: UInt64 = 0x5AFF1E) -> LabeledEmbeddings {
    var random = CounterRandom(seed: seed)
    let order = random.permutation(of: count)
    return LabeledEmbeddings(embeddings, relabeled: order.map { labels[$0] }, classes: classes)
  }

  /// N.
  public var count: Int { labels.count }

  /// The place in `classes` of each row's label, N of int64: what is counted by class is as long as `classes`,
  /// however large a label is.
  func classIndices() -> Tensor {
    let places = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
    return Tensor(labels.map { places[$0, default: 0] }).to(embeddings.device)
  }

  func checkComparable(with test: LabeledEmbeddings) throws(EvaluationError) {
    guard embeddings.size(1) == test.embeddings.size(1) else {
      throw .wrongInput(
        .unequalDimensions(training: embeddings.size(1), test: test.embeddings.size(1)))
    }
  }
}

extension Tensor {
  func asFiniteMatrix() throws(EvaluationError) -> Tensor {
    guard rank == 2, size(1) > 0 else { throw .wrongInput(.notAMatrix(shape: shape)) }
    guard dtype.isFloatingPoint else { throw .wrongInput(.notFloatingPoint(dtype)) }
    guard size(0) > 0 else { throw .notMeasurable(.tooFewRows(found: 0, needed: 1)) }
    guard isFinite else { throw .wrongInput(.notFinite) }
    return detached()
  }
}

/// The share of predictions that equal the labels.
func accuracy(_ predictions: [Int], _ labels: [Int]) -> Double {
  Double(zip(predictions, labels).count { $0 == $1 }) / Double(labels.count)
}
