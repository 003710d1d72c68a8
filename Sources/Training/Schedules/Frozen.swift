import Contrastive

/// φ never moves: θ learns against a fixed head, and against what the objective would learn as it is.
public struct Frozen: HeadSchedule {
  /// The weights that a frozen head has. What the objective learns stays as it was built or loaded.
  public enum Weights: Sendable, Hashable {
    /// Those it was built or loaded with.
    case asBuilt
    /// Random orthogonal matrices in the head, without offsets.
    case orthogonal
  }

  /// The head's weights.
  public let weights: Weights

  /// A schedule with a head that stays as it is.
  public init(_ weights: Weights = .asBuilt) { self.weights = weights }

  /// φ does not move.
  public var movesHead: Bool { false }

  /// Gives the head its weights.
  public func begin(with objective: HeadedObjective) {
    if weights == .orthogonal { objective.head.orthogonalize() }
  }

  /// A step on θ alone.
  public func turn(_ game: HeadGame) throws(NonFiniteLoss) -> HeadTurn { try game.encoderTurn() }
}

extension HeadSchedule where Self == Frozen {
  /// φ never moves.
  public static func frozen(_ weights: Frozen.Weights = .asBuilt) -> Frozen { Frozen(weights) }
}
