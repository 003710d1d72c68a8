import Torch
import TorchNN

/// Scores embeddings of several views of the same samples.
public protocol Objective: Sendable {
  /// The loss, a scalar, of embeddings z (views·N)×D, view after view: row v·N + i is view v of
  /// sample i.
  func loss(of embeddings: Tensor, views: Int) -> Tensor
}

/// A base objective seen through a projection head: L_φ(h) = L(g_φ(h)). The head is a parametric
/// part of the loss, not of the network (arXiv 2212.11491), so φ lives here.
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

  /// The loss of representations h (views·N)×D, view after view, and the z it was computed from.
  public func loss(of h: Tensor, views: Int) -> (loss: Tensor, z: Tensor) {
    let z = head(h)
    return (base.loss(of: z, views: views), z)
  }
}

extension Tensor {
  /// In float32 at least: losses and their statistics are never computed in half precision.
  var inFullPrecision: Tensor { dtype == .float64 ? self : to(.float32) }
}
