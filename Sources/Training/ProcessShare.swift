import Contrastive
import Torch
import TorchNN

/// Whose images a batch norm's statistics are of, where several processes share a step.
public enum ProcessBatchNorm: String, Sendable, CaseIterable {
  /// Those of all processes: what one process with the whole batch computes.
  case synchronized
  /// Each process' own. Running statistics are those of rank 0.
  case own
}

/// One process' part in a step that several take together, each with its share of the samples.
///
/// Each encodes its own views, takes the head to its own rows of h and computes its own rows of the loss (`EmbeddedViews.group`); the
/// gradients of encoder and head are summed. So the loss is that of one process with the whole batch, for every objective, and its
/// gradients are too. A schedule that differentiates twice takes its turn on all rows in every process: what processes exchange
/// can be differentiated once. The head then moves alike everywhere by itself.
///
/// An operation that fails, since another process is gone, gives something of the right shape: within `catchingTorchErrors` the step
/// ends by throwing what failed.
final class ProcessShare {
  let group: ProcessGroup
  /// Whether each computes its own rows of the loss; else the whole of it.
  let computesOwnRows: Bool
  private let batchNorm: ProcessBatchNorm
  private let encoderSums: GradientSums
  private let headSums: GradientSums?

  init(
    _ group: ProcessGroup, _ encoder: any Encoder, _ objective: HeadedObjective,
    computesOwnRows: Bool, batchNorm: ProcessBatchNorm
  ) {
    self.group = group
    self.computesOwnRows = computesOwnRows
    self.batchNorm = batchNorm
    encoderSums = GradientSums(of: encoder.parameters.map(\.parameter.tensor), over: group)
    headSums =
      computesOwnRows
      ? GradientSums(of: objective.parameters.map(\.parameter.tensor), over: group) : nil
  }

  /// Whose statistics batch norms take.
  var statistics: ProcessGroup? { batchNorm == .synchronized ? group : nil }

  /// A batch as the schedule takes its turn on it, of this process' rows and what belongs to them.
  func shared(_ own: EmbeddedViews) -> EmbeddedViews {
    guard !computesOwnRows else { return own }
    let whole = withoutGradients { own.whole }
    let h = withoutGradients { whole.embeddings.detached() }
    h.requiresGradient = own.embeddings.requiresGradient
    return EmbeddedViews(
      h, views: own.views, labels: whole.labels, targets: whole.targets)
  }

  /// This process' rows of a gradient at what `shared` gave.
  func own(of gradient: Tensor, in own: EmbeddedViews) -> Tensor {
    computesOwnRows ? gradient : own.own(of: gradient)
  }

  /// Takes the schedule's turn with batch norms in the head that see what those in the encoder see.
  func taking(_ turn: () throws -> HeadTurn) rethrows -> HeadTurn {
    try withBatchStatistics(over: computesOwnRows ? statistics : nil, turn)
  }

  /// The sums of φ's gradients; nil where each process has the whole of them.
  var sumsOfHead: GradientSums? { headSums }

  /// The sums of θ's gradients.
  var sumsOfEncoder: GradientSums { encoderSums }

  /// Gives the tensors, by name, the values that they have in the process of rank 0.
  func equalize(_ state: [String: Tensor]) throws(TorchError) {
    for (_, tensor) in state.sorted(by: { $0.key < $1.key }) { try group.broadcast(tensor) }
  }
}
