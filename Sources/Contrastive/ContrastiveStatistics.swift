import Torch

/// What is reported beside a contrastive loss, which by itself is not comparable across
/// temperatures or batch sizes.
public struct ContrastiveStatistics: Sendable, Equatable {
  /// How often the nearest of the other embeddings is another view of the same sample.
  public let top1: Double
  /// Mean cosine of two views of a sample.
  public let meanPositiveCosine: Double
  /// Mean cosine of views of different samples.
  public let meanNegativeCosine: Double
  /// Mean entropy, in nats, of the softmax over the other embeddings.
  public let softmaxEntropy: Double

  /// The statistics of z, (views·N)×D, view after view.
  public init(of embeddings: Tensor, views: Int = 2, temperature: Double) {
    self = withoutGradients {
      let unit = embeddings.detached().inFullPrecision.normalized()
      let rows = unit.size(0)
      let count = rows / views
      let cosines = unit.matmul(unit.transposed())
      let isSelf = Tensor.eye(rows, .bool, on: unit.device)
      let nearest = cosines.filled(where: isSelf, with: -.infinity).argmax(along: 1)
      let samples = Tensor((0..<rows).map { $0 % count }).to(unit.device)
      let sumOfViews = unit.reshaped([views, count, -1]).sum(along: [0])
      let lengths = unit.squared().sum().item
      // |Σ_v u_v|² counts each view with itself and each pair twice.
      let positiveSum = sumOfViews.squared().sum().item - lengths
      let negativeSum = cosines.sum().item - lengths - positiveSum
      let negativeCount = rows * (rows - views)
      let logProbabilities = (cosines * (1 / temperature))
        .filled(where: isSelf, with: -.infinity).logSoftmax(along: 1)
        .filled(where: isSelf, with: 0)
      let probabilities = exp(logProbabilities).filled(where: isSelf, with: 0)
      return ContrastiveStatistics(
        top1: samples.gathered(nearest).equals(samples).to(.float32).mean().item,
        meanPositiveCosine: positiveSum / Double(rows * (views - 1)),
        meanNegativeCosine: negativeCount > 0 ? negativeSum / Double(negativeCount) : 0,
        softmaxEntropy: -(probabilities * logProbabilities).sum(along: [1]).mean().item)
    }
  }

  private init(
    top1: Double, meanPositiveCosine: Double, meanNegativeCosine: Double, softmaxEntropy: Double
  ) {
    self.top1 = top1
    self.meanPositiveCosine = meanPositiveCosine
    self.meanNegativeCosine = meanNegativeCosine
    self.softmaxEntropy = softmaxEntropy
  }
}
