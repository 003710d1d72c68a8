import Torch
import TorchNN

/// Scores embeddings of several views of the same samples.
///
/// An objective that learns something itself (a temperature, a predictor) or keeps something between
/// steps (a queue) is a `Module` too: its parameters belong to the head's player, its buffers to the
/// training's state.
public protocol Objective {
  /// The loss, a scalar.
  func loss(of batch: EmbeddedViews) -> Tensor

  /// How many views a sample may have.
  var allowedViews: ClosedRange<Int> { get }

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
  /// Two at least.
  public var allowedViews: ClosedRange<Int> { 2...Int.max }
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
