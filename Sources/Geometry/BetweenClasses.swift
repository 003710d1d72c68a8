import Torch

/// The share of the variance of N×D embeddings that lies between the means of classes: 0 where all classes
/// have one mean, 1 where each class is a point.
///
/// - Parameters:
///   - embeddings: N×D.
///   - labels: the class of each, a whole number from 0 of any size.
/// - Throws: `GeometryError` for another number of labels or negative ones, embeddings that do not vary or are
///   not a matrix, NaN or infinity.
public func betweenClassShare(
  of embeddings: Tensor, labels: [Int]
) throws(GeometryError) -> Double {
  let centered = try embeddings.asEmbeddings().centeredRows()
  try checkLabels(labels, for: centered)
  let total = centered.squared().sum().item
  guard total > 0 else {
    throw .notMeasurable(.noVariance(of: .embeddings))
  }
  return weightedClassMeans(centered, labels).squared().sum().item / total
}

/// Checks that there is a class from 0 for each row.
func checkLabels(_ labels: [Int], for embeddings: Tensor) throws(GeometryError) {
  guard labels.count == embeddings.size(0) else {
    throw .wrongInput(.labelCount(labels: labels.count, rows: embeddings.size(0)))
  }
  if let negative = labels.first(where: { $0 < 0 }) {
    throw .wrongInput(.negativeLabel(negative))
  }
}

/// √n_c times the mean of each class of centred rows, a row for each label that there is, in order.
func weightedClassMeans(_ centered: Tensor, _ labels: [Int]) -> Tensor {
  let classes = Set(labels).sorted()
  let places = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
  let rows = labels.map { places[$0, default: 0] }
  var counts = [Double](repeating: 0, count: classes.count)
  for row in rows { counts[row] += 1 }
  let sums = Tensor.zeros([classes.count, centered.size(1)], .float64, on: centered.device)
    .addingRows(centered, at: Tensor(rows).to(centered.device))
  let weights = counts.map { 1 / $0.squareRoot() }
  return sums * Tensor(weights, shape: [classes.count, 1]).to(centered.device)
}
