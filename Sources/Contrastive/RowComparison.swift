import Torch

/// Each row's nearest other row, and the entropy of its softmax over the other rows, without the matrix of all
/// similarities: tile by tile, a block of rows at a time.
struct RowComparison {
  /// Where the other row with the largest cosine stands, the first of equals: M of int64.
  let nearest: Tensor
  /// The entropy of exp(s_k/τ) / Σ_k exp(s_k/τ) over the other rows k, in nats: M; nil without a temperature.
  let entropy: Tensor?

  /// Compares rows of length 1, M×D.
  ///
  /// - Parameter lengths: makes the softmax's s the dot product of rows of these lengths, M; nil for the cosine.
  init(of unit: Tensor, lengths: Tensor?, temperature: Double?, tile: Int) {
    let rows = unit.size(0)
    let blocks = stride(from: 0, to: rows, by: tile).map { $0..<min($0 + tile, rows) }
    nearest = .zeros([rows], .int64, on: unit.device)
    entropy = temperature.map { _ in .zeros([rows], unit.dtype, on: unit.device) }
    let closest = Closest(rows: min(tile, rows), like: unit)
    let parts = SoftmaxParts(rows: min(tile, rows), count: blocks.count, like: unit)
    for block in blocks {
      closest.forget()
      for (index, columns) in blocks.enumerated() {
        let cosines = unit[block].matmul(unit[columns].transposed())
        if block == columns { cosines.diagonal().fill(excluded) }
        let (largest, places) = cosines.max(along: 1)
        closest.take(largest, at: places, from: columns.lowerBound)
        guard let temperature else { continue }
        guard let lengths else {
          let scale = 1 / temperature
          cosines.multiply(by: scale)
          parts.set(index, from: cosines, peaks: largest * scale)
          continue
        }
        let logits =
          cosines * (lengths[block].unsqueezed(1) * (1 / temperature)) * lengths[columns]
        if block == columns { logits.diagonal().fill(excluded) }
        parts.set(index, from: logits, peaks: logits.max(along: 1).values)
      }
      nearest[block].assign(closest.places[0..<block.count])
      entropy?[block].assign(parts.entropy[0..<block.count])
    }
  }
}

/// Stands for a row's similarity to itself: below every other, and finite, so that its share of a weighted sum
/// is 0 and not 0·∞.
private let excluded = -1e20

// What is carried from tile to tile lives in memory that is there from the start: small tensors that outlive a tile
// would lie between the tiles' blocks and keep the allocator from using those again.

/// The largest of the values seen so far in each row, and where it stood.
private struct Closest {
  let places: Tensor
  private let largest: Tensor

  init(rows: Int, like other: Tensor) {
    places = .zeros([rows], .int64, on: other.device)
    largest = .zeros([rows], other.dtype, on: other.device)
  }

  func forget() { largest.fill(-.infinity) }

  func take(_ values: Tensor, at positions: Tensor, from start: Int) {
    let rows = 0..<values.size(0)
    // A later tile must exceed an earlier one: the first of equals stays.
    let isLarger = (values - largest[rows]).exceeds(0)
    positions.increment(by: start)
    largest[rows].assign(values.chosen(where: isLarger, else: largest[rows]))
    places[rows].assign(positions.chosen(where: isLarger, else: places[rows]))
  }
}

/// What each tile of a row's logits l contributes to its softmax, relative to the tile's largest, m: Σ e^{l−m} and
/// Σ (l−m)·e^{l−m}. One row a row, one column a tile.
private struct SoftmaxParts {
  private let peaks: Tensor
  private let sums: Tensor
  private let weightedSums: Tensor

  init(rows: Int, count: Int, like other: Tensor) {
    func zeros() -> Tensor { .zeros([rows, count], other.dtype, on: other.device) }
    peaks = zeros()
    sums = zeros()
    weightedSums = zeros()
  }

  /// Takes a tile's logits, which it changes, and each row's largest.
  func set(_ index: Int, from logits: Tensor, peaks largest: Tensor) {
    let rows = 0..<logits.size(0)
    logits.add(largest.unsqueezed(1), scale: -1)
    let weights = exp(logits)
    peaks.select(index, along: 1)[rows].assign(largest)
    sums.select(index, along: 1)[rows].assign(weights.sum(along: [1]))
    weightedSums.select(index, along: 1)[rows].assign((weights * logits).sum(along: [1]))
  }

  /// ln Σ e^{l−M} − Σ (l−M)·e^{l−M} / Σ e^{l−M}, M a row's largest logit of all: the entropy of each row.
  var entropy: Tensor {
    let shifts = peaks - peaks.max(along: 1).values.unsqueezed(1)
    let factors = exp(shifts)
    let sum = (factors * sums).sum(along: [1])
    return log(sum) - (factors * (weightedSums + shifts * sums)).sum(along: [1]) / sum
  }
}
