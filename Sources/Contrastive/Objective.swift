import Torch
import TorchNN

/// Scores embeddings of several views of the same samples.
public protocol Objective {
  /// The loss, a scalar.
  func loss(of batch: EmbeddedViews) -> Tensor

  /// What the objective learns itself (a temperature, a predictor) or keeps between steps (a queue); nil where
  /// it does neither. Its parameters belong to the head's player, its buffers to the training's state.
  var module: Module? { get }

  /// Whether `labels` must be there.
  var needsLabels: Bool { get }

  /// The momentum of the slow copies that `targets` come from; nil where none are needed.
  var targetMomentum: Double? { get }

  /// Why the loss must not be differentiated twice with respect to the head; nil where it may.
  var secondOrderObstacle: String? { get }

  /// Told the batch of each finished step, once.
  func finishStep(on batch: EmbeddedViews)
}

extension Objective {
  /// Neither learns nor keeps anything.
  public var module: Module? { nil }
  /// No labels.
  public var needsLabels: Bool { false }
  /// No slow copies.
  public var targetMomentum: Double? { nil }
  /// Nothing in the way.
  public var secondOrderObstacle: String? { nil }
  /// Nothing to keep.
  public func finishStep(on batch: EmbeddedViews) {}

  /// The loss of embeddings z (views·N)×D, view after view, for objectives that need no more.
  public func loss(of z: Tensor, views: Int) -> Tensor { loss(of: EmbeddedViews(z, views: views)) }
}

extension Tensor {
  /// In float32 at least: losses and their statistics are never computed in half precision.
  var inFullPrecision: Tensor { dtype == .float64 ? self : to(.float32) }
}
