/// θ and φ move together, along the gradient of one loss: the usual way, as if the head were part of
/// the network.
public struct Joint: HeadSchedule {
  /// The schedule.
  public init() {}

  /// One step on both.
  public func turn(_ game: HeadGame) throws(NonFiniteLoss) -> HeadTurn { try game.jointTurn() }
}

extension HeadSchedule where Self == Joint {
  /// θ and φ move together.
  public static var joint: Joint { Joint() }
}
