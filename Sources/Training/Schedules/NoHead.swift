/// There is no second player: the loss reads h itself, L(h), and only θ moves. For heads without
/// parameters; what the objective would learn stays as it was built.
public struct NoHead: HeadSchedule {
  /// The schedule.
  public init() {}

  /// φ does not move.
  public var movesHead: Bool { false }

  /// A step on θ alone.
  public func turn(_ game: HeadGame) throws(NonFiniteLoss) -> HeadTurn { try game.encoderTurn() }
}
