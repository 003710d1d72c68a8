import Torch

/// Classification by the classes of the nearest training embeddings (Wu et al., *Unsupervised feature
/// learning via non-parametric instance discrimination*, CVPR 2018).
///
/// Nearness is the cosine; each of the k nearest votes for its class with exp(cosine/τ).
public struct NearestNeighbors {
  /// What is voted from.
  public let training: LabeledEmbeddings
  /// k.
  public let neighborCount: Int
  /// τ.
  public let temperature: Double

  /// k unless told otherwise: 20, and 200 from 10,000 training samples up.
  public static func defaultNeighborCount(trainingSamples: Int) -> Int {
    trainingSamples >= 10_000 ? 200 : 20
  }

  /// - Parameters:
  ///   - training: embeddings whose classes are known.
  ///   - neighborCount: k; nil for `defaultNeighborCount`, or all samples where there are fewer.
  ///   - temperature: τ, above zero.
  /// - Throws: `EvaluationError` for a k below 1 or above the number of training samples, and for a temperature
  ///   that is not above zero.
  public init(
    training: LabeledEmbeddings, neighborCount: Int? = nil, temperature: Double = 0.07
  ) throws(EvaluationError) {
    let count =
      neighborCount
      ?? min(
        NearestNeighbors.defaultNeighborCount(trainingSamples: training.count), training.count)
    guard count >= 1 else { throw .wrongInput(.neighborCount(count)) }
    guard count <= training.count else {
      throw .notMeasurable(.tooFewRows(found: training.count, needed: count))
    }
    guard temperature > 0 else { throw .wrongInput(.temperature(temperature)) }
    self.training = training
    self.neighborCount = count
    self.temperature = temperature
  }

  /// The class with the most votes for each row of M×D embeddings, the lowest among equals.
  ///
  /// The M×N similarities are made in tiles, so memory does not grow with their number.
  public func predictions(for embeddings: Tensor) throws(EvaluationError) -> [Int] {
    try predictions(for: embeddings, by: [training])[0]
  }

  /// The predictions by each of several labellings of the training embeddings, whose neighbours are the same.
  private func predictions(
    for embeddings: Tensor, by labelings: [LabeledEmbeddings]
  ) throws(EvaluationError) -> [[Int]] {
    let queries = try unitRows(embeddings.asFiniteMatrix())
    let memory = unitRows(training.embeddings).transposed()
    guard queries.size(1) == memory.size(0) else {
      throw .wrongInput(.unequalDimensions(training: memory.size(0), test: queries.size(1)))
    }
    let labels = labelings.map { $0.classIndices() }
    let rowsPerTile = max(1, 8_000_000 / training.count)
    var predictions = [[Int]](repeating: [], count: labelings.count)
    for tile in queries.split(rowsPerTile) {
      let nearest = tile.matmul(memory).largest(neighborCount)
      for (index, labels) in labels.enumerated() {
        let chosen = votes(of: nearest, labels: labels).argmax(along: 1).scalars(Int.self)
        predictions[index] += chosen.map { training.classes[$0] }
      }
    }
    return predictions
  }

  /// The share of the test embeddings whose class is predicted: `knn_top1`.
  public func accuracy(on test: LabeledEmbeddings) throws(EvaluationError) -> Double {
    try training.checkComparable(with: test)
    return Evaluation.accuracy(try predictions(for: test.embeddings), test.labels)
  }

  /// The accuracy, and what the same neighbours get right where the training labels are shuffled, as a control:
  /// chance. Both together cost little more than one, as the neighbours are the same.
  public func accuracies(
    on test: LabeledEmbeddings
  ) throws(EvaluationError) -> (accuracy: Double, shuffled: Double) {
    try training.checkComparable(with: test)
    let predictions = try predictions(
      for: test.embeddings, by: [training, training.shuffled()])
    return (
      Evaluation.accuracy(predictions[0], test.labels),
      Evaluation.accuracy(predictions[1], test.labels)
    )
  }

  private func votes(of nearest: (values: Tensor, indices: Tensor), labels: Tensor) -> Tensor {
    let classes = labels.gathered(nearest.indices.flattened()).reshaped(nearest.indices.shape)
    let weights = exp(nearest.values.to(.float64) / temperature)
    let none = Tensor.zeros(
      [nearest.values.size(0), training.classes.count], .float64, on: labels.device)
    return none.adding(weights, at: classes, along: 1)
  }

  /// Half precision is widened: it would not tell near neighbours apart.
  private func unitRows(_ matrix: Tensor) -> Tensor {
    (matrix.dtype == .float64 ? matrix : matrix.to(.float32)).unitRows()
  }
}
