import Torch

/// The spectral contrastive loss (HaoChen et al. 2021, arXiv 2106.04156, equation 6):
///
/// L = −2·E[z·z⁺] + E[(z·z′)²], z and z⁺ two views of one sample, z and z′ views of two samples, over ordered
/// pairs of different views. z is taken as it is, without normalisation. Needs two samples at least.
public struct SpectralContrastive: Objective, Sendable, Equatable {
  /// The objective.
  public init() {}

  /// Over all rows.
  public var isMeanOverRows: Bool { true }

  /// The loss of z, (views·N)×D, view after view.
  public func loss(of batch: EmbeddedViews) -> Tensor {
    batch.check(for: self)
    let z = batch.whole.embeddings.inFullPrecision
    let own = batch.own(of: z)
    let squares = own.matmul(z.transposed()).squared()
      .filled(where: batch.sameViewPairs, with: 0)
      .filled(where: batch.sameSamplePairs, with: 0)
    let negativeCount = own.size(0) * (batch.views - 1) * (batch.wholeSampleCount - 1)
    return squares.sum() / Double(negativeCount)
      - meanPositiveProduct(own, own, views: batch.views) * 2
  }
}
