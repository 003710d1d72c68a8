import Torch

/// InfoNCE in its symmetric form, NT-Xent (Chen et al. 2020, arXiv 2002.05709, equation 1):
///
/// ℓ_i = −ln( exp(cos(z_i, z_p(i))/τ) / Σ_{k≠i} exp(cos(z_i, z_k)/τ) ), the mean over all 2N views,
/// p(i) the other view of the same sample.
public struct InfoNCE: Objective, Equatable {
  /// The temperature τ.
  public let temperature: Double

  /// An objective at a temperature above 0.
  public init(temperature: Double) {
    precondition(temperature > 0, "a temperature of \(temperature)")
    self.temperature = temperature
  }

  /// Two.
  public var allowedViews: ClosedRange<Int> { 2...2 }

  /// The loss of z, 2N×D, first all first views, then all second ones.
  public func loss(of batch: EmbeddedViews) -> Tensor {
    precondition(batch.views == 2, "InfoNCE takes two views a sample")
    let unit = batch.embeddings.inFullPrecision.normalized()
    let rows = unit.size(0)
    let isSelf = Tensor.eye(rows, .bool, on: unit.device)
    let candidates = (unit.matmul(unit.transposed()) * (1 / temperature))
      .filled(where: isSelf, with: -.infinity)
    let partners = Tensor((0..<rows).map { ($0 + rows / 2) % rows }).to(unit.device)
    return candidates.crossEntropy(partners)
  }
}
