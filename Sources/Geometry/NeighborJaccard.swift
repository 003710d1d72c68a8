import Torch

/// How far two layers agree on which samples are neighbours: the mean over samples of |A∩B|/|A∪B|, A and B the sets of
/// a sample's k nearest by cosine in either layer. 1 where all neighbours are the same, about k/(2N) for
/// unrelated layers of N samples.
///
/// - Parameters:
///   - first: N×D embeddings of one layer.
///   - second: N×E embeddings of another layer, of the same samples in the same order.
///   - neighborCount: k.
/// - Throws: `GeometryError` for different numbers of rows, fewer than k+1 of them, what is not a matrix, NaN or infinity.
public func neighborJaccard(
  _ first: Tensor, _ second: Tensor, neighborCount: Int = 10
) throws(GeometryError) -> Double {
  for layer in [first, second] { try layer.checkEmbeddings(.embeddings, minimumRows: 2) }
  guard first.size(0) == second.size(0) else {
    throw .wrongInput(
      .unequalRowCounts(.embeddings, first.size(0), .embeddings, second.size(0)))
  }
  guard first.size(0) > neighborCount else {
    throw .notMeasurable(
      .tooFewRows(of: .embeddings, found: first.size(0), needed: neighborCount + 1))
  }
  let sets = (
    try nearestByCosine(first, neighborCount), try nearestByCosine(second, neighborCount)
  )
  let shares = zip(sets.0, sets.1).map { first, second in
    let shared = first.intersection(second).count
    return Double(shared) / Double(first.count + second.count - shared)
  }
  return shares.reduce(0, +) / Double(shares.count)
}

/// The k nearest of each row, itself left out. On the sphere the Euclidean distance falls as the cosine grows.
private func nearestByCosine(
  _ embeddings: Tensor, _ count: Int
) throws(GeometryError) -> [Set<Int>] {
  let unit = embeddings.to(.float64).unitRows()
  // Where all are one point, which are nearest is chance.
  guard (unit - unit[0..<1]).squared().sum().item > 0 else {
    throw .notMeasurable(.noVariance(of: .embeddings))
  }
  let nearest = try NearestRows(of: unit, count: count).indices
  let numbers = nearest.scalars(Int64.self).map(Int.init)
  return stride(from: 0, to: numbers.count, by: count).map { Set(numbers[$0..<$0 + count]) }
}
