import Contrastive
import Torch
import TorchNN

/// θ looks ahead: its gradient is that of L(θ, φ_K(θ)), φ_K being where K steps of gradient descent,
/// φ_{k+1} = φ_k − ρ∇_φ L_{φ_k}(f_θ(x)), would take φ. It goes through those steps, so it is of second
/// order (Metz et al. 2017, unrolled GANs; Liu et al. 2019, DARTS).
///
/// The steps are looked at, not taken: φ itself moves by its optimiser, along the gradient that the first of
/// them needs anyway. With K = 0 it is `Joint`, and where φ has no part in the loss.
public struct Unrolled: HeadSchedule {
  /// K, the inner steps.
  public let steps: Int
  /// ρ, the size of an inner step.
  public let rate: Double

  /// A schedule of `steps` differentiable steps, 0 or more.
  public init(steps: Int, rate: Double = 0.1) {
    precondition(steps >= 0 && rate >= 0, "\(steps) inner steps of rate \(rate)")
    self.steps = steps
    self.rate = rate
  }

  /// The loss is differentiated twice.
  public var needsSecondDerivatives: Bool { true }

  /// One step on both, θ's through K steps of φ.
  public func turn(_ game: HeadGame) throws(NonFiniteLoss) -> HeadTurn {
    guard steps > 0 && game.objective.involvesHead else { return try game.jointTurn() }
    let inner = InnerProblem(objective: game.objective)
    let start = inner.start

    let evaluation = game.objective.evaluated(game.batch)
    let value = try game.finite(evaluation.loss)
    let first = inner.gradient(of: evaluation.loss, at: start)
    let end = inner.steps(on: game.batch, from: start, along: first, count: steps, rate: rate)

    let lookedAt = inner.loss(of: game.batch, at: end)
    _ = try game.finite(lookedAt)
    let gradient = gradients(of: lookedAt, withRespectTo: [game.batch.embeddings])[0]
    game.moveHead(along: first.map { $0.detached() })
    return HeadTurn(
      loss: ScalarReading(value), of: evaluation,
      gradient: gradient ?? .zeros(like: game.batch.embeddings))
  }
}

extension HeadSchedule where Self == Unrolled {
  /// θ's gradient goes through K steps of φ.
  public static func unrolled(steps: Int, rate: Double = 0.1) -> Unrolled {
    Unrolled(steps: steps, rate: rate)
  }
}
