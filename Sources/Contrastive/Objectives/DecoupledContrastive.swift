import Torch

/// Decoupled contrastive learning (Yeh et al. 2022, arXiv 2110.06848, equation 6): NT-Xent without the positives in
/// the denominator,
///
/// ℓ_ip = −cos(z_i, z_p)/τ + ln Σ_k exp(cos(z_i, z_k)/τ), k over all views of other samples,
///
/// the mean over all views i and all other views p of the same sample. Needs two samples at least.
public struct DecoupledContrastive: Objective {
  /// The temperature τ.
  public let temperature: Double

  /// An objective at a temperature above 0.
  public init(temperature: Double) {
    precondition(temperature > 0, "a temperature of \(temperature)")
    self.temperature = temperature
  }

  /// Over all rows.
  public var isMeanOverRows: Bool { true }

  /// Over the views of other samples.
  public var softmax: SoftmaxConvention? {
    SoftmaxConvention(temperature: temperature, candidates: .otherSamples)
  }

  /// The loss of z, (views·N)×D, view after view.
  public func loss(of batch: EmbeddedViews) -> Tensor {
    batch.check(for: self)
    let unit = batch.whole.embeddings.inFullPrecision.normalized()
    let own = batch.own(of: unit)
    let logits = own.matmul(unit.transposed()) * (1 / temperature)
    let negatives = logits.filled(where: batch.sameSamplePairs, with: -.infinity)
      .logSumExp(along: 1)
    let positives = meanPositiveProduct(own, own, views: batch.views)
    return negatives.mean() - positives * (1 / temperature)
  }
}
