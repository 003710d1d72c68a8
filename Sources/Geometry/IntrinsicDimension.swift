import Foundation
import Torch

/// The dimension of the manifold that embeddings lie on, from how the distances to near neighbours grow.
public struct IntrinsicDimension: Sendable, Equatable {
  /// TwoNN: from the ratios of the distances to the second and the nearest neighbour (Facco et al.,
  /// *Estimating the intrinsic dimension of datasets by a minimal neighborhood information*, 2017), as the
  /// number of ratios over the sum of their logarithms, the largest tenth of the ratios dropped.
  ///
  /// What is dropped is missing from the sum too, so that it lies a third above the dimension of flat and
  /// evenly sampled data: 1/0.744. It compares layers; `twoNNCensored` estimates.
  public let twoNN: Double
  /// The same with the largest tenth censored instead of dropped: known to exceed the last that counts, and
  /// no more. This estimate has no such bias.
  public let twoNNCensored: Double
  /// Levina and Bickel's maximum-likelihood estimate from k neighbours, with the average of inverses over
  /// the points (MacKay and Ghahramani's comment on it, 2005).
  public let maximumLikelihood: Double
  /// k of `maximumLikelihood`.
  public let neighborCount: Int
  /// The embeddings that are left once all copies of one are counted once.
  public let distinctCount: Int

  /// - Parameters:
  ///   - embeddings: N×D.
  ///   - neighborCount: k of the maximum-likelihood estimate, at least 2.
  ///   - discardedShare: the share of the largest distance ratios that TwoNN does not count, since far
  ///     neighbours do not lie in a flat piece of the manifold.
  /// - Throws: `GeometryError` for fewer than k+1 distinct embeddings, a tensor that is not a matrix, NaN or
  ///   infinity.
  public init(
    of embeddings: Tensor, neighborCount: Int = 20, discardedShare: Double = 0.1
  ) throws(GeometryError) {
    try check(.neighborCount, Double(neighborCount), .atLeast(2))
    try check(.discardedShare, discardedShare, .from(0, below: 1))
    let points = try embeddings.asPairwiseEmbeddings().distinctRows()
    guard points.size(0) > neighborCount else {
      throw .notMeasurable(
        .tooFewDistinctRows(found: points.size(0), needed: neighborCount + 1))
    }
    let distances = try NearestRows(of: points, count: neighborCount).distances
    self.neighborCount = neighborCount
    distinctCount = points.size(0)
    let nearest = distances.select(0, along: 1)
    let ratios = log(distances.select(1, along: 1) / nearest).scalars(Double.self)
    let sorted = ratios.sorted()
    let kept = sorted[..<Int((Double(sorted.count) * (1 - discardedShare)).rounded())]
    let sum = kept.reduce(0, +)
    twoNN = Double(kept.count) / sum
    let censored = Double(sorted.count - kept.count) * (kept.last ?? 0)
    twoNNCensored = Double(kept.count - 1) / (sum + censored)
    let farthest = distances.slice(neighborCount - 1..<neighborCount, along: 1)
    let logs = log(farthest / distances.slice(0..<neighborCount - 1, along: 1))
    maximumLikelihood = 1 / logs.mean().item
  }
}

extension Tensor {
  /// The first of each set of equal rows, in order.
  fileprivate func distinctRows() -> Tensor {
    let rowBytes = size(1) * dtype.byteCount
    // Adding zero makes one zero of both, so that equal rows have equal bytes.
    let firsts = (self + 0).withBytes { bytes -> [Int] in
      var rowsByHash: [Int: [Int]] = [:]
      return (0..<size(0)).filter { row in
        let content = UnsafeRawBufferPointer(rebasing: bytes[row * rowBytes..<(row + 1) * rowBytes])
        var hasher = Hasher()
        hasher.combine(bytes: content)
        let hash = hasher.finalize()
        let isCopy = rowsByHash[hash, default: []].contains { other in
          content.elementsEqual(bytes[other * rowBytes..<(other + 1) * rowBytes])
        }
        if !isCopy { rowsByHash[hash, default: []].append(row) }
        return !isCopy
      }
    }
    return firsts.count == size(0) ? self : gathered(Tensor(firsts).to(device))
  }
}
