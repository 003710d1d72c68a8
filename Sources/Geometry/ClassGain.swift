import Torch

/// How much more a head stretches directions between the means of classes than directions drawn at random:
/// E[‖J·b‖/‖b‖]/E[‖J·r‖/‖r‖], J its Jacobian at an embedding, b the difference of two classes' means, r isotropic. Above 1 it
/// spreads classes out, below 1 it draws them together (arXiv 2306.03335 asks which).
///
/// - Parameters:
///   - embeddings: N×D, where the head is differentiated.
///   - means: C×D, the mean of each class of at least two.
///   - draws: at each embedding, of how many pairs of different classes, all of them equally likely, and how many r are drawn.
///   - seed: which.
///   - head: maps N×D to N×E, each row on its own.
/// - Throws: `GeometryError` for fewer than two classes, means that are all equal, a head whose derivative is zero everywhere, what
///   are not matrices of one width, NaN or infinity.
public func classGain(
  at embeddings: Tensor, between means: Tensor, draws: Int = 8, seed: UInt64 = 0,
  of head: (Tensor) -> Tensor
) throws(GeometryError) -> Double {
  try embeddings.checkEmbeddings(.embeddings, minimumRows: 1)
  let directions = try directionsBetween(
    means.asEmbeddings(.classMeans), count: embeddings.size(0) * draws, seed: seed)
  // Every draw beside the others, so that few passes differentiate them all.
  let places = Tensor.concatenated([Tensor](repeating: embeddings.detached(), count: draws))
  return try tangentGain(
    at: places, along: directions.to(places.device), randomDirections: 1, seed: seed, of: head)
}

/// The mean of the embeddings of each class that there is, C×D, by ascending label.
///
/// - Throws: `GeometryError` for another number of labels or negative ones, what is not a matrix, NaN or infinity.
public func classMeans(
  of embeddings: Tensor, labels: [Int]
) throws(GeometryError) -> Tensor {
  let rows = try embeddings.asEmbeddings(minimumRows: 1)
  try checkLabels(labels, for: rows)
  let members = Dictionary(grouping: labels.indices) { labels[$0] }
  let means = members.sorted { $0.key < $1.key }.map { _, own in
    rows.gathered(Tensor(own).to(rows.device)).mean(along: [0])
  }
  return Tensor.stacked(means)
}

/// `count`×D: differences of two of the means, each of a pair drawn at random.
private func directionsBetween(_ means: Tensor, count: Int, seed: UInt64) -> Tensor {
  var random = CounterRandom(seed: 0xC1A5_5000 ^ seed)
  let classes = means.size(0)
  var ends: (first: [Int], second: [Int]) = ([], [])
  for _ in 0..<count {
    let first = random.index(below: classes)
    ends.first.append(first)
    ends.second.append((first + 1 + random.index(below: classes - 1)) % classes)
  }
  return means.gathered(Tensor(ends.first).to(means.device))
    - means.gathered(Tensor(ends.second).to(means.device))
}
