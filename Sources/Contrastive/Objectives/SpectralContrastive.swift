import Torch

/// The spectral contrastive loss (HaoChen et al. 2021, arXiv 2106.04156, equation 6):
///
/// L = −2·E[z·z⁺] + E[(z·z′)²], z and z⁺ two views of one sample, z and z′ views of two samples, over ordered
/// pairs of different views. z is taken as it is, without normalisation. Needs two samples at least.
public struct SpectralContrastive: Objective, Sendable, Equatable {
  /// The objective.
  public init() {}

  /// The loss of z, (views·N)×D, view after view.
  public func loss(of batch: EmbeddedViews) -> Tensor {
    batch.check(for: self)
    let z = batch.embeddings.inFullPrecision
    let rows = z.size(0)
    let count = batch.sampleCount
    let squares = z.matmul(z.transposed()).squared()
      .filled(where: sameViewPairs(rows: rows, views: batch.views, on: z.device), with: 0)
      .filled(where: sameSamplePairs(rows: rows, views: batch.views, on: z.device), with: 0)
    let negativeCount = rows * (batch.views - 1) * (count - 1)
    return squares.sum() / Double(negativeCount)
      - meanPositiveProduct(z, z, views: batch.views) * 2
  }
}
