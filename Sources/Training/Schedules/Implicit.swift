import Contrastive
import Torch
import TorchNN

/// θ's gradient is that of L(θ, φ*(θ)), φ* the inner optimum, by the implicit function theorem:
///
/// dL/dh = ∂_h L − ∂_h(∇_φ L · v), where (∇²_φφ L + λ) v = ∇_φ L,
///
/// the system solved to a few iterations (Lorraine et al. 2020; Rajeswaran et al. 2019). It holds where φ is at
/// its optimum, so φ first takes some steps as under `Alternating`, on θ's own batch. At that optimum
/// ∇_φ L = 0 and the correction vanishes: the envelope theorem.
public struct Implicit: HeadSchedule {
  /// How the linear system is solved, and how far.
  public let solver: HypergradientSolver
  /// φ's steps before one of θ.
  public let headSteps: Int

  /// A schedule with a solver, after `headSteps` steps, 0 or more, of φ.
  public init(_ solver: HypergradientSolver, headSteps: Int = 1) {
    precondition(headSteps >= 0, "\(headSteps) head steps")
    self.solver = solver
    self.headSteps = headSteps
  }

  /// The loss is differentiated twice.
  public var needsSecondDerivatives: Bool { true }

  /// φ's steps, then one of θ.
  public func turn(_ game: HeadGame) throws(NonFiniteLoss) -> HeadTurn {
    try withoutRunningStatistics { () throws(NonFiniteLoss) in
      for _ in 0..<headSteps { try game.headTurn(on: game.batch) }
    }
    let evaluation = game.objective.evaluated(game.batch)
    let loss = evaluation.loss
    let value = try game.finite(loss)
    let gradient = solver.hypergradient(
      outer: loss, inner: loss, phi: game.objective.parameters.map(\.parameter.tensor),
      withRespectTo: game.batch.embeddings)
    return HeadTurn(loss: ScalarReading(value), of: evaluation, gradient: gradient)
  }
}

extension HeadSchedule where Self == Implicit {
  /// θ's gradient by the implicit function theorem.
  public static func implicit(_ solver: HypergradientSolver, headSteps: Int = 1) -> Implicit {
    Implicit(solver, headSteps: headSteps)
  }
}
