/// θ and φ move together, but φ's optimiser has a learning rate, weight decay, warm-up and momentum of
/// its own (two time scales, as Heusel et al. 2017 train the two players of a GAN). With θ's own values it
/// is `Joint`.
public struct TwoTimescale: HeadSchedule {
  /// The schedule; the rates belong to the optimisers.
  public init() {}

  /// One step on both.
  public func turn(_ game: HeadGame) throws(NonFiniteLoss) -> HeadTurn { try game.jointTurn() }
}

extension HeadSchedule where Self == TwoTimescale {
  /// θ and φ move together at rates of their own.
  public static var twoTimescale: TwoTimescale { TwoTimescale() }
}
