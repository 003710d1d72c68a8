import Torch

/// InfoNCE with the t-distribution's kernel, t-SimCNE (Böhm et al. 2023, arXiv 2210.09879, equation 2):
///
/// ℓ_ip = −ln( (1 + ‖z_i − z_p‖²)⁻¹ / Σ_{k≠i} (1 + ‖z_i − z_k‖²)⁻¹ ), the mean over all views i and all other views p
/// of the same sample. z is a point of Euclidean space, two-dimensional where it is to be looked at.
public struct TKernelContrastive: Objective, Sendable, Equatable {
  /// The objective.
  public init() {}

  /// Over all rows.
  public var isMeanOverRows: Bool { true }

  /// All other views: the kernel takes the place of an exponential, which the bound does not ask for.
  public func boundingCandidates(samples: Int, views: Int) -> Int? {
    candidatesOfOneBatch(samples: samples, views: views)
  }

  /// The loss of z, (views·N)×D, view after view.
  public func loss(of batch: EmbeddedViews) -> Tensor {
    batch.check(for: self)
    let z = batch.whole.embeddings.inFullPrecision
    let lengths = z.squared().sum(along: [1])
    let squares =
      lengths.unsqueezed(0) + batch.own(of: lengths).unsqueezed(1)
      - batch.own(of: z).matmul(z.transposed()) * 2
    let logits = -log(squares.clamped(min: 0) + 1)
    return contrastiveLoss(ofLogits: logits, of: batch)
  }
}
