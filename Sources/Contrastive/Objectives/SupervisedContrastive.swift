import Torch

/// Supervised contrastive learning (Khosla et al. 2020, arXiv 2004.11362, equation 2): NT-Xent whose positives are
/// all views of all samples of the same class,
///
/// ℓ_i = −1/|P(i)| Σ_{p∈P(i)} ln( exp(cos(z_i, z_p)/τ) / Σ_{k≠i} exp(cos(z_i, z_k)/τ) ), the mean over all views.
///
/// It sees labels: an upper reference, not self-supervised learning.
public struct SupervisedContrastive: Objective, Sendable, Equatable {
  /// The temperature τ.
  public let temperature: Double

  /// An objective at a temperature above 0.
  public init(temperature: Double) {
    precondition(temperature > 0, "a temperature of \(temperature)")
    self.temperature = temperature
  }

  /// Labels are needed.
  public var needsLabels: Bool { true }

  /// Over all rows.
  public var isMeanOverRows: Bool { true }

  /// Over all other views, whatever their class.
  public var softmax: SoftmaxConvention? { SoftmaxConvention(temperature: temperature) }

  /// The loss of z, (views·N)×D, view after view, of samples with labels. With one view a sample, each class
  /// needs two samples.
  public func loss(of batch: EmbeddedViews) -> Tensor {
    batch.check(for: self, views: 1)
    guard let labels = batch.whole.labels else {
      preconditionFailure("supervised contrastive learning without labels")
    }
    let unit = batch.whole.embeddings.inFullPrecision.normalized()
    let isSelf = batch.selfPairs
    let logits = batch.own(of: unit).matmul(unit.transposed()) * (1 / temperature)
    let logProbabilities = logits.filled(where: isSelf, with: -.infinity).logSoftmax(along: 1)
      .filled(where: isSelf, with: 0)
    let classes = Tensor.concatenated(Array(repeating: labels, count: batch.views))
    let isPositive = classes.unsqueezed(0).equals(batch.own(of: classes).unsqueezed(1))
      .to(unit.dtype).filled(where: isSelf, with: 0)
    let positiveCounts = isPositive.sum(along: [1])
    // A second view of a sample is a positive already.
    guard batch.views > 1 || positiveCounts.min().item > 0 else {
      fatalError(
        "SupervisedContrastive of one view a sample: a class with one sample has no positives")
    }
    let perView = (logProbabilities * isPositive).sum(along: [1]) / positiveCounts
    return -perView.mean()
  }
}
