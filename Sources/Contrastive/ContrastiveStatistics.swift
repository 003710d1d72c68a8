import Torch

/// What is reported beside a contrastive loss, which by itself is not comparable across
/// temperatures or batch sizes.
public struct ContrastiveStatistics: Sendable, Equatable {
  /// How often the nearest of the 2N − 1 candidates is the sample's other view.
  public let top1: Double
  /// Mean cosine of the two views of a sample.
  public let meanPositiveCosine: Double
  /// Mean cosine of views of different samples.
  public let meanNegativeCosine: Double
  /// Mean entropy, in nats, of the softmax over the 2N − 1 candidates.
  public let softmaxEntropy: Double

  /// The statistics of z, 2N×D, first all first views, then all second ones.
  public init(of embeddings: Tensor, temperature: Double) {
    self = withoutGradients {
      let unit = embeddings.detached().inFullPrecision.normalized()
      let rows = unit.size(0)
      let count = rows / 2
      let cosines = unit.matmul(unit.transposed())
      let isSelf = Tensor.eye(rows, .bool, on: unit.device)
      let nearest = cosines.filled(where: isSelf, with: -.infinity).argmax(along: 1)
      let partners = Tensor((0..<rows).map { ($0 + count) % rows }).to(unit.device)
      let positives = (unit[0..<count] * unit[count..<rows]).sum(along: [1]).sum().item
      let logProbabilities = (cosines * (1 / temperature))
        .filled(where: isSelf, with: -.infinity).logSoftmax(along: 1)
        .filled(where: isSelf, with: 0)
      let probabilities = exp(logProbabilities).filled(where: isSelf, with: 0)
      let negativeSum = cosines.sum().item - Double(rows) - 2 * positives
      return ContrastiveStatistics(
        top1: nearest.equals(partners).to(.float32).mean().item,
        meanPositiveCosine: positives / Double(count),
        meanNegativeCosine: rows > 2 ? negativeSum / Double(rows * (rows - 2)) : 0,
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
