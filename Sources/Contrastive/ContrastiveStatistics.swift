import Torch

/// What is reported beside a contrastive loss, which by itself is not comparable across
/// temperatures or batch sizes.
public struct ContrastiveStatistics: Sendable, Equatable {
  /// How often the nearest of the other embeddings is another view of the same sample; of equally near ones
  /// the first counts.
  public let top1: Double
  /// Mean cosine of two views of a sample.
  public let meanPositiveCosine: Double
  /// Mean cosine of views of different samples; nil with one sample.
  public let meanNegativeCosine: Double?
  /// Mean entropy, in nats, of the softmax over the other embeddings; nil without a temperature.
  public let softmaxEntropy: Double?

  /// The statistics of z, (views·N)×D, view after view, of two views or more.
  ///
  /// Similarities are made a tile at a time: memory is O(views·N·D + tile²).
  ///
  /// - Parameters:
  ///   - embeddings: z, (views·N)×D.
  ///   - views: how many views each sample has.
  ///   - temperature: the softmax's τ; nil where the objective has no softmax.
  ///   - similarity: what the softmax is taken of, over τ. All else is about cosines.
  ///   - tile: how many rows and columns of the matrix of similarities exist at a time.
  public init(
    of embeddings: Tensor, views: Int = 2, temperature: Double?,
    similarity: InfoNCE.Similarity = .cosine, tile: Int = 1024
  ) {
    let rows = embeddings.size(0)
    precondition(
      views > 1 && rows > 0 && rows.isMultiple(of: views),
      "statistics of \(rows) embeddings of \(views) views a sample: two views at least are needed")
    precondition(tile > 0, "tiles of \(tile)")
    let count = rows / views
    self = withoutGradients {
      let z = embeddings.detached().inFullPrecision
      let unit = z.normalized()
      let comparison = RowComparison(
        of: unit, lengths: similarity == .dot ? z.lengths : nil, temperature: temperature,
        tile: tile)
      let nearest = comparison.nearest.scalars(Int.self)
      let sumOfViews = unit.reshaped([views, count, -1]).sum(along: [0])
      let lengths = unit.squared().sum().item
      // |Σ_v u_v|² counts each view with itself and each pair twice; |Σ_i u_i|² does so for all embeddings.
      let positiveSum = sumOfViews.squared().sum().item - lengths
      let wholeSum = sumOfViews.sum(along: [0]).to(.float64).squared().sum().item
      let negativeSum = wholeSum - lengths - positiveSum
      let negativeCount = rows * (rows - views)
      return ContrastiveStatistics(
        top1: Double(nearest.enumerated().count { $0.offset % count == $0.element % count })
          / Double(rows),
        meanPositiveCosine: positiveSum / Double(rows * (views - 1)),
        meanNegativeCosine: negativeCount > 0 ? negativeSum / Double(negativeCount) : nil,
        softmaxEntropy: comparison.entropy?.mean().item)
    }
  }

  private init(
    top1: Double, meanPositiveCosine: Double, meanNegativeCosine: Double?, softmaxEntropy: Double?
  ) {
    self.top1 = top1
    self.meanPositiveCosine = meanPositiveCosine
    self.meanNegativeCosine = meanNegativeCosine
    self.softmaxEntropy = softmaxEntropy
  }
}

extension Tensor {
  /// Each row's Euclidean length.
  fileprivate var lengths: Tensor { sqrt(squared().sum(along: [1])) }
}
