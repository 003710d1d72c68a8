import Torch
import TorchNN

/// Scores embeddings of several views of the same samples.
public protocol Objective {
  /// The loss, a scalar. Traps for fewer samples than `minimumSamples`.
  func loss(of batch: EmbeddedViews) -> Tensor

  /// Whether the loss is a mean over rows, each compared with others or with none, that can be taken over some of them: where several
  /// processes have a batch between them (`EmbeddedViews.group`), `loss(of:)` is then the mean over the rows of one, which are compared with
  /// those of all (`EmbeddedViews.whole`). Without it, it is only given whole batches.
  var isMeanOverRows: Bool { get }

  /// The terms that the loss is the sum of, where each can be had alone; empty where it is one.
  var terms: [ObjectiveTerm] { get }

  /// The sum of some of `terms`, one at least. An objective that names terms defines it.
  func loss(of batch: EmbeddedViews, terms: Set<ObjectiveTerm>) -> Tensor

  /// Why the loss must not be taken of h beside z or in its place; nil where it may.
  var obstacleAtH: String? { get }

  /// The fewest samples that the loss is defined for.
  var minimumSamples: Int { get }

  /// The softmax over other embeddings in the loss, its temperature as it now stands; nil where the loss has none, or
  /// one of something else than cosines or dot products over a temperature.
  var softmax: SoftmaxConvention? { get }

  /// K, the candidates of InfoNCE's bound ln K − loss on mutual information (`mutualInformationBound`), in a
  /// batch of N samples; nil where the loss gives no such bound.
  func boundingCandidates(samples: Int, views: Int) -> Int?

  /// What the objective learns itself (a temperature, a predictor) or keeps between steps (a queue); nil where
  /// it does neither. Its parameters are part of φ, as the head's are; its buffers belong to the training's state.
  var module: Module? { get }

  /// Begins anew what it learns: its parameters as in a new objective, by `Initializer`'s stream. What it keeps
  /// of the data (a queue) stays. An objective with parameters defines it.
  func reinitialize()

  /// Brings its parameters back within their bounds, without a trace in the graph. Called whenever they have changed. An
  /// objective with bounds defines it.
  func restoreBounds()

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
  /// It needs the whole batch.
  public var isMeanOverRows: Bool { false }
  /// One.
  public var terms: [ObjectiveTerm] { [] }
  /// All of it.
  public func loss(of batch: EmbeddedViews, terms: Set<ObjectiveTerm>) -> Tensor {
    precondition(Set(self.terms) == terms, "\(type(of: self)) has no terms of its own")
    return loss(of: batch)
  }
  /// Nothing in the way.
  public var obstacleAtH: String? { nil }
  /// Two: something to compare with.
  public var minimumSamples: Int { 2 }
  /// No softmax.
  public var softmax: SoftmaxConvention? { nil }
  /// No bound.
  public func boundingCandidates(samples: Int, views: Int) -> Int? { nil }
  /// Neither learns nor keeps anything.
  public var module: Module? { nil }
  /// Nothing is learned.
  public func reinitialize() {}
  /// No bounds.
  public func restoreBounds() {}
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

extension EmbeddedViews {
  /// Traps, in one sentence, unless there are as many samples and views as an objective needs.
  func check(for objective: some Objective, views minimumViews: Int = 2) {
    let count = sampleCount * (group?.size ?? 1)
    guard count >= objective.minimumSamples && views >= minimumViews else {
      // A precondition's message is not printed by an optimised build.
      fatalError(
        "\(type(of: objective)) of \(count) samples with \(views) views each: it needs "
          + "\(objective.minimumSamples) samples and \(minimumViews) views at least")
    }
  }
}

extension Tensor {
  /// In float32 at least: losses and their statistics are never computed in half precision.
  var inFullPrecision: Tensor { dtype == .float64 ? self : to(.float32) }
}
