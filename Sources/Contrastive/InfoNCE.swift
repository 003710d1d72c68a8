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

  /// The loss of z, 2N×D, first all first views, then all second ones. Needs `views` = 2.
  public func loss(of embeddings: Tensor, views: Int) -> Tensor {
    precondition(views == 2 && embeddings.size(0) % 2 == 0, "InfoNCE takes two views a sample")
    let unit = embeddings.inFullPrecision.normalized()
    let similarities = unit.matmul(unit.transposed()) * (1 / temperature)
    let isSelf = Tensor.eye(unit.size(0), .bool, on: unit.device)
    let candidates = similarities.filled(where: isSelf, with: -.infinity)
    let count = unit.size(0) / 2
    let positives = (unit[0..<count] * unit[count..<2 * count]).sum(along: [1])
    return candidates.logSumExp(along: 1).mean() - positives.mean() / temperature
  }
}
