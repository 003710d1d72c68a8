import Contrastive
import Torch
import TorchNN

/// How far φ is from its best response to θ.
extension Trainer {
  /// The head's best-response gap: the loss of a batch now, minus its loss after `steps` further steps on φ
  /// with θ as it stands, on that batch. 0 at φ's optimum; it can fall below where the rate is too high.
  ///
  /// The steps are taken on a copy of φ by a new optimiser, the same way under every schedule, and leave no
  /// trace. Where several processes train together each has its own batch's gap. nil where the objective has no parameters, or where they have no part in the loss.
  public func bestResponseGap(
    on batch: ViewBatch, steps: Int, learningRate: Double
  ) -> Double? {
    objective.bestResponseGap(
      on: embedded(batch, alone: true), steps: steps, learningRate: learningRate,
      method: headMethod,
      weightDecay: headWeightDecay)
  }
}

extension HeadedObjective {
  /// As `Trainer.bestResponseGap`, on representations h.
  func bestResponseGap(
    on batch: EmbeddedViews, steps: Int, learningRate: Double, method: OptimizerMethod,
    weightDecay: Double
  ) -> Double? {
    let own = parameters
    guard !own.isEmpty && involvesHead else { return nil }
    let copies = own.map { (name: $0.name, parameter: $0.parameter.detachedCopy) }
    let optimizer = method.optimizer(of: copies, weightDecay: weightDecay)
    optimizer.learningRate = learningRate
    return withoutRunningStatistics {
      withParameters(own.map(\.parameter), replacedBy: copies.map(\.parameter.tensor)) {
        guard let before = headLoss(of: batch)?.item else { return nil }
        for _ in 0..<steps {
          headLoss(of: batch)?.backward()
          optimizer.step()
          base.restoreBounds()
          optimizer.clearGradients()
        }
        return headLoss(of: batch).map { before - $0.item }
      }
    }
  }
}

extension Parameter {
  fileprivate var detachedCopy: Parameter { Parameter(tensor.detached().copied()) }
}
