import Contrastive
import Torch
import TorchNN

/// One training step as a schedule sees it: the batch at h, the head, and how the head may move.
public struct HeadGame {
  /// The objective L_φ, which owns the head.
  public let objective: HeadedObjective
  /// The batch; its embeddings h are a leaf that gradients are asked for.
  public let batch: EmbeddedViews
  /// Steps taken before this one.
  public let step: Int
  private let optimizer: (any Optimizer)?
  private let sums: GradientSums?
  private let further: (Int) -> EmbeddedViews

  /// A step.
  ///
  /// - Parameters:
  ///   - objective: the objective, which owns the head.
  ///   - batch: its h requires gradients and belongs to no graph.
  ///   - step: the step's number in the whole training, from 0.
  ///   - optimizer: what changes φ, its learning rate set; nil where φ does not move.
  ///   - sums: what adds up φ's gradients where several processes have the batch between them; nil for this one alone.
  ///   - further: the representations of another batch, by its number in the whole training.
  public init(
    objective: HeadedObjective, batch: EmbeddedViews, step: Int = 0,
    optimizer: (any Optimizer)? = nil, sums: GradientSums? = nil,
    further: @escaping (Int) -> EmbeddedViews = { preconditionFailure("there is no batch \($0)") }
  ) {
    self.objective = objective
    self.batch = batch
    self.step = step
    self.optimizer = optimizer
    self.sums = sums
    self.further = further
  }

  /// Another batch, without gradients, by its number in the whole training.
  public func furtherBatch(_ number: Int) -> EmbeddedViews { further(number) }

  /// θ's turn against the head as it stands. The trainer sees whether its loss is a finite number.
  public func encoderTurn() throws(NonFiniteLoss) -> HeadTurn {
    let evaluation = objective.evaluated(batch)
    let loss = ScalarReading(of: evaluation.loss)
    let gradient = gradients(of: evaluation.loss, withRespectTo: [batch.embeddings])[0]
    return HeadTurn(loss: loss, of: evaluation, gradient: gradient ?? noGradient)
  }

  /// θ's and φ's turn at once: one loss, one way back, and φ moves by its part, after the trainer has seen that the loss is a
  /// finite number.
  public func jointTurn() throws(NonFiniteLoss) -> HeadTurn {
    let evaluation = objective.evaluated(batch)
    let loss = ScalarReading(of: evaluation.loss)
    sums?.expect()
    evaluation.loss.backward()
    return HeadTurn(
      loss: loss, of: evaluation, gradient: batch.embeddings.gradient ?? noGradient,
      lastMove: moveHeadAlongSums)
  }

  /// φ's turn: one step on its part of the loss on a batch that is no part of a graph.
  public func headTurn(on batch: EmbeddedViews) throws(NonFiniteLoss) {
    guard let loss = objective.headLoss(of: batch.detached) else { return }
    _ = try finite(loss)
    guard loss.requiresGradient else { return }
    sums?.expect()
    loss.backward()
    moveHeadAlongSums()
  }

  /// Moves φ along given gradients, one a parameter.
  func moveHead(along gradients: [Tensor]) {
    for (entry, gradient) in zip(objective.parameters, gradients) {
      entry.parameter.tensor.gradient = gradient
    }
    moveHead()
  }

  /// Lets φ's optimiser begin anew.
  func forgetHeadMomentum() { optimizer?.reset() }

  func finite(_ loss: Tensor) throws(NonFiniteLoss) -> Double {
    let value = loss.item
    guard value.isFinite else { throw NonFiniteLoss(value: value) }
    return value
  }

  private var noGradient: Tensor { .zeros(like: batch.embeddings) }

  private func moveHeadAlongSums() {
    sums?.finish()
    moveHead()
  }

  private func moveHead() {
    optimizer?.step()
    objective.base.restoreBounds()
    optimizer?.clearGradients()
  }
}

extension HeadTurn {
  /// What a step comes to whose θ's loss was evaluated so.
  init(
    loss: ScalarReading, of evaluation: HeadedObjective.Evaluation, gradient: Tensor,
    lastMove: (() -> Void)? = nil
  ) {
    self.init(
      loss: loss, z: evaluation.z.detached(), gradient: gradient,
      penalty: evaluation.penalty.map { ScalarReading(of: $0) }, lastMove: lastMove)
  }
}
