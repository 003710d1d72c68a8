import Torch
import TorchNN

/// InfoNCE against a queue of earlier keys, made by slow copies of encoder and head: MoCo v2 (He et al. 2020,
/// arXiv 1911.05722; Chen et al. 2020, arXiv 2003.04297) in its symmetric form. For two different views v, w
/// of a sample, with q = z_v and the key k = the slow copies' embedding of w, both of length 1,
///
/// ℓ = −ln( exp(q·k/τ) / (exp(q·k/τ) + Σ_j exp(q·queue_j/τ)) ), the mean over samples and ordered pairs of views.
///
/// After each step all the step's keys replace the oldest ones of the queue. MoCo's shuffling of batch statistics
/// is for several devices and is left out.
public final class MomentumContrast: Module, Objective {
  /// The temperature τ.
  public let temperature: Double
  private let momentum: Double
  private let queue: Buffer
  private let oldest: Buffer

  /// An objective on z of length `dimension` with a queue of `queueLength` keys, random ones at first.
  ///
  /// - Parameters:
  ///   - temperature: τ, above 0.
  ///   - queueLength: how many keys the queue holds.
  ///   - dimension: z's length.
  ///   - momentum: the slow copies'.
  public init(
    temperature: Double, queueLength: Int, dimension: Int, momentum: Double = 0.999
  ) {
    precondition(temperature > 0 && queueLength > 0, "τ \(temperature), queue of \(queueLength)")
    self.temperature = temperature
    self.momentum = momentum
    queue = Buffer(Initializer.normal([queueLength, dimension]).normalized())
    oldest = Buffer(Tensor([0], shape: []))
  }

  /// How many keys the queue holds: a multiple of the keys of a step, views·N.
  public var queueLength: Int { queue.tensor.size(0) }

  /// This module.
  public var module: Module? { self }

  /// The slow copies'.
  public var targetMomentum: Double? { momentum }

  /// The queue's keys are z of slow copies.
  public var obstacleAtH: String? { "its queue and the slow copies' keys are of z" }

  /// One: the queue is what it compares with.
  public var minimumSamples: Int { 1 }

  /// Over all rows.
  public var isMeanOverRows: Bool { true }

  /// Over the positive and the queue.
  public var softmax: SoftmaxConvention? {
    SoftmaxConvention(temperature: temperature, candidates: .queue)
  }

  /// The queue does not follow the head.
  public var secondOrderObstacle: String? {
    "its queue holds keys that older heads made, and they would not follow the head's inner steps"
  }

  /// The loss of z and its targets, both (views·N)×D, view after view.
  public func loss(of batch: EmbeddedViews) -> Tensor {
    batch.check(for: self)
    let queries = batch.embeddings.inFullPrecision.normalized()
    let keys = batch.targetsInFullPrecision.normalized()
    // The negatives are the same whatever the key.
    let negatives = queries.matmul(queue.tensor.to(queries.dtype).transposed())
    let rows = queries.size(0)
    return mean(
      (1..<batch.views).map { shift in
        let partners = partners(rows: rows, views: batch.views, shift: shift, on: queries.device)
        let positives = (queries * keys.gathered(partners)).sum(along: [1], keepingDimensions: true)
        let logits = Tensor.concatenated([positives, negatives], along: 1) * (1 / temperature)
        return logits.crossEntropy(.zeros([rows], .int64, on: logits.device))
      })
  }

  /// Puts the batch's keys in the place of the oldest ones.
  public func finishStep(on batch: EmbeddedViews) {
    withoutGradients {
      let keys = batch.targetsInFullPrecision.normalized()
      let count = keys.size(0)
      precondition(
        queueLength.isMultiple(of: count), "a queue of \(queueLength) keys, \(count) a step")
      let start = Int(oldest.tensor.item)
      queue.tensor[start..<start + count].assign(keys)
      oldest.tensor.fill(Double((start + count) % queueLength))
    }
  }
}

extension EmbeddedViews {
  /// The targets; traps without.
  var targetsInFullPrecision: Tensor {
    guard let targets else { preconditionFailure("an objective without its slow copies' targets") }
    return targets.detached().inFullPrecision
  }
}
