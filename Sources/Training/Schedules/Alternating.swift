import TorchNN

/// φ takes K steps against θ as it stands, then θ takes one against φ as it then stands:
/// φ ← φ − η∇_φ L_φ(h), K times with h fixed, then θ ← θ − η∇_θ L_φ(f_θ(x)).
public struct Alternating: HeadSchedule {
  /// What φ learns from between two steps of θ.
  public enum Batch: String, Sendable, CaseIterable {
    /// θ's own batch: its h is there already, and φ's steps cost the head alone.
    case same
    /// K batches of their own, each of which runs through the encoder once, without gradients.
    case fresh
  }

  /// K, the steps of φ for one of θ.
  public let headSteps: Int
  /// What φ learns from.
  public let source: Batch

  /// A schedule of `headSteps` steps, 0 or more, on φ for one on θ.
  public init(headSteps: Int, batch: Batch = .same) {
    precondition(headSteps >= 0, "\(headSteps) head steps")
    self.headSteps = headSteps
    source = batch
  }

  /// K steps on φ, then one on θ. Running statistics in the head follow θ's step alone.
  public func turn(_ game: HeadGame) throws(NonFiniteLoss) -> HeadTurn {
    for number in 0..<headSteps {
      let batch =
        source == .same ? game.batch : game.furtherBatch(game.step * headSteps + number)
      try withoutRunningStatistics { () throws(NonFiniteLoss) in try game.headTurn(on: batch) }
    }
    return try game.encoderTurn()
  }
}

extension HeadSchedule where Self == Alternating {
  /// K steps on φ, then one on θ.
  public static func alternating(headSteps: Int, batch: Alternating.Batch = .same) -> Alternating {
    Alternating(headSteps: headSteps, batch: batch)
  }
}
