import Contrastive
import Torch
import TorchNN

/// φ's problem, min over φ of L_φ(h), with everything in it differentiable with respect to h and φ.
struct InnerProblem {
  private let objective: HeadedObjective
  private let parameters: [Parameter]

  init(objective: HeadedObjective) {
    self.objective = objective
    parameters = objective.parameters.map(\.parameter)
  }

  /// φ as it stands.
  var start: [Tensor] { parameters.map(\.tensor) }

  /// φ's part of L at a given φ, whose other parts are the same for every φ. Running statistics in the head stay as they are.
  func headLoss(of batch: EmbeddedViews, at phi: [Tensor]) -> Tensor? {
    withoutRunningStatistics {
      withParameters(parameters, replacedBy: phi) { objective.headLoss(of: batch) }
    }
  }

  /// L at a given φ. Running statistics in the head stay as they are.
  func loss(of batch: EmbeddedViews, at phi: [Tensor]) -> Tensor {
    withoutRunningStatistics {
      withParameters(parameters, replacedBy: phi) { objective.loss(of: batch).loss }
    }
  }

  /// ∇_φ L, itself differentiable.
  func gradient(of loss: Tensor, at phi: [Tensor]) -> [Tensor] {
    zip(gradients(of: loss, withRespectTo: phi, createGraph: true), phi).map {
      $0 ?? .zeros(like: $1)
    }
  }

  /// φ_K, `count` steps of gradient descent from `start`, the first along `first`.
  func steps(
    on batch: EmbeddedViews, from start: [Tensor], along first: [Tensor], count: Int, rate: Double
  ) -> [Tensor] {
    var phi = step(from: start, along: first, rate: rate)
    for _ in 1..<count {
      guard let loss = headLoss(of: batch, at: phi) else { break }
      let slope = gradient(of: loss, at: phi)
      phi = step(from: phi, along: slope, rate: rate)
    }
    return phi
  }

  private func step(from phi: [Tensor], along slope: [Tensor], rate: Double) -> [Tensor] {
    zip(phi, slope).map { $0 - $1 * rate }
  }
}
