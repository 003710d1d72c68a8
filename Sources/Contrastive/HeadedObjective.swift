import Torch
import TorchNN

/// A base objective seen through a projection head: L_φ(h) = L(g_φ(h)). The head is a parametric
/// part of the loss, not of the network (arXiv 2212.11491), so φ lives here: the head's parameters
/// and whatever the base objective learns itself.
public final class HeadedObjective {
  /// The head g_φ.
  public let head: ProjectionHead
  /// What scores z.
  public let base: any Objective

  /// An objective on representations of length `inputs`.
  public init(head: HeadArchitecture, inputs: Int, base: any Objective) {
    self.head = ProjectionHead(head, inputs: inputs)
    self.base = base
  }

  /// φ by name: the head's parameters, then the base objective's as `objective.…`.
  public var parameters: [(name: String, parameter: Parameter)] {
    head.parameters
      + (base.module?.parameters ?? []).map { ("objective.\($0.name)", $0.parameter) }
  }

  /// The loss of representations h, and the z it was computed from.
  public func loss(of batch: EmbeddedViews) -> (loss: Tensor, z: Tensor) {
    let z = head(batch.embeddings)
    return (base.loss(of: batch.replacingEmbeddings(by: z)), z)
  }

  /// The loss of representations h (views·N)×D, view after view, and the z it was computed from.
  public func loss(of h: Tensor, views: Int) -> (loss: Tensor, z: Tensor) {
    loss(of: EmbeddedViews(h, views: views))
  }

  /// Begins φ anew: the head, then what the base objective learns, as in a new one.
  public func reinitialize() {
    head.reinitialize()
    base.reinitialize()
  }
}
