import Torch
import TorchNN

/// A base objective seen through a projection head: L_φ(h) = L(g_φ(h)). The head is a parametric
/// part of the loss, not of the network (arXiv 2212.11491), so φ lives here: the head's parameters
/// and whatever the base objective learns itself.
///
/// Terms of the base objective may also stand at h, L_φ(h) = L₁(g_φ(h)) + L₂(h): what stands there is a function of θ
/// alone, which φ's turns do not see; nor do they see terms at z that are held. A head may have a penalty of its own (`ProjectionHead.penalized`), which is added wherever the
/// base objective stands.
public final class HeadedObjective {
  /// What the loss of one batch comes to.
  public struct Evaluation {
    /// The loss, a scalar.
    public let loss: Tensor
    /// The head's output for the whole batch.
    public let z: Tensor
    /// The part of the loss that is the head's own, a scalar; nil where it has none.
    public let penalty: Tensor?
  }

  /// The head g_φ.
  public let head: ProjectionHead
  /// What scores z.
  public let base: any Objective
  /// Where its terms stand.
  public let places: LossPlaces

  /// An objective on representations of length `inputs`. Traps where the base objective cannot stand at h and is placed there
  /// (`Objective.obstacleAtH`).
  public init(
    head: HeadArchitecture, inputs: Int, base: any Objective, places: LossPlaces = .z
  ) {
    precondition(!places.areElsewhere || base.obstacleAtH == nil, base.obstacleAtH ?? "")
    self.head = ProjectionHead(head, inputs: inputs)
    self.base = base
    self.places = places
  }

  /// φ by name: the head's parameters, then the base objective's as `objective.…`.
  public var parameters: [(name: String, parameter: Parameter)] {
    head.parameters
      + (base.module?.parameters ?? []).map { ("objective.\($0.name)", $0.parameter) }
  }

  /// The loss of representations h, and what else was computed on the way.
  ///
  /// Where several processes have the batch between them, each takes the head to its own rows, and the loss is that of the whole batch: the
  /// mean of what each makes of its rows (`Objective.isMeanOverRows`) or, of other objectives, of the whole. On the way back each goes
  /// through its own part, so a gradient at h is that of the whole loss, and the gradients of φ are to be summed.
  public func evaluated(_ batch: EmbeddedViews) -> Evaluation {
    let (z, ownPenalty) = head.penalized(batch.embeddings)
    let penalty = ownPenalty.map { mean(ofParts: $0, in: batch) }
    let projected = batch.replacingEmbeddings(by: z)
    let atZ = loss(of: projected, at: .z)
    let atH = loss(of: batch, at: .h)
    let terms = [atZ, atH, heldLoss(of: batch), penalty].compactMap { $0 }
    return Evaluation(
      loss: terms.dropFirst().reduce(terms[0], +), z: projected.whole.embeddings, penalty: penalty)
  }

  /// The loss of representations h, and the z it was computed from.
  public func loss(of batch: EmbeddedViews) -> (loss: Tensor, z: Tensor) {
    let evaluation = evaluated(batch)
    return (evaluation.loss, evaluation.z)
  }

  /// The loss of representations h (views·N)×D, view after view, and the z it was computed from.
  public func loss(of h: Tensor, views: Int) -> (loss: Tensor, z: Tensor) {
    loss(of: EmbeddedViews(h, views: views))
  }

  /// Whether φ has a part in the loss.
  public var involvesHead: Bool { !selected(at: .z).isEmpty || head.hasPenalty }

  /// What φ's turns see, the loss without the terms at h; nil where nothing is left.
  public func headLoss(of batch: EmbeddedViews) -> Tensor? {
    guard involvesHead else { return nil }
    let (z, ownPenalty) = head.penalized(batch.embeddings)
    let penalty = ownPenalty.map { mean(ofParts: $0, in: batch) }
    let atZ = loss(of: batch.replacingEmbeddings(by: z), at: .z)
    guard let atZ, let penalty else { return atZ ?? penalty }
    return atZ + penalty
  }

  /// InfoNCE's bound by the mean loss of a batch without the head's penalty (`Objective.mutualInformationBound`); nil also
  /// where not all of the loss is of z.
  public func mutualInformationBound(loss: Double, samples: Int, views: Int) -> Double? {
    places.areElsewhere
      ? nil : base.mutualInformationBound(loss: loss, samples: samples, views: views)
  }

  /// Begins φ anew: the head, then what the base objective learns, as in a new one.
  public func reinitialize() {
    head.reinitialize()
    base.reinitialize()
  }

  /// The terms at z from which φ does not learn; nil where there are none.
  private func heldLoss(of batch: EmbeddedViews) -> Tensor? {
    guard !selected(at: .held).isEmpty else { return nil }
    let own = parameters.map(\.parameter)
    // The head's batch norms have seen these rows already.
    return withoutRunningStatistics {
      withParameters(own, replacedBy: own.map { $0.tensor.detached() }) {
        loss(of: batch.replacingEmbeddings(by: head(batch.embeddings)), at: .held)
      }
    }
  }

  /// The terms at one of the places, of the embeddings there; nil where there are none.
  private func loss(of batch: EmbeddedViews, at place: LossPlace) -> Tensor? {
    let selection = selected(at: place)
    guard !selection.isEmpty else { return nil }
    let rows = base.isMeanOverRows ? batch : batch.whole
    let own =
      selection.count == max(1, base.terms.count)
      ? base.loss(of: rows) : base.loss(of: rows, terms: Set(selection.compactMap { $0 }))
    return mean(ofParts: own, in: batch)
  }

  private func mean(ofParts own: Tensor, in batch: EmbeddedViews) -> Tensor {
    batch.group?.mean(ofParts: own) ?? own
  }

  /// The base objective's terms at a place; of one that is no sum, nil stands for the whole.
  private func selected(at place: LossPlace) -> [ObjectiveTerm?] {
    let all: [ObjectiveTerm?] = base.terms.isEmpty ? [nil] : base.terms
    return all.filter { term in
      let own = term.map { places.place(of: $0) } ?? places.usual
      return own == place || own == .both && place != .held
    }
  }
}
