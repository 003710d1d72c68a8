import Torch
import TorchNN

/// As `Joint`, but every so many steps φ begins anew, the head and a predictor from random weights, a learned
/// temperature from its first value, and φ's optimiser from nothing: the encoder never meets one head for long. What is
/// no parameter stays: slow copies, a queue.
public struct Reset: HeadSchedule {
  /// Steps between two resets.
  public let interval: Int
  private let seed: UInt64

  /// A schedule that resets before steps `interval`, 2·`interval`, …, counted from 0. The weights depend on
  /// `seed` and the step alone.
  public init(every interval: Int, seed: UInt64 = 0) {
    precondition(interval > 0, "a reset every \(interval) steps")
    self.interval = interval
    self.seed = seed
  }

  /// Perhaps a new φ, then one step on both.
  public func turn(_ game: HeadGame) throws(NonFiniteLoss) -> HeadTurn {
    if game.step > 0 && game.step.isMultiple(of: interval) {
      var stream = CounterRandom(seed: seed, UInt32(truncatingIfNeeded: game.step))
      Initializer.seeded(by: stream.next()) { game.objective.reinitialize() }
      game.forgetHeadMomentum()
    }
    return try game.jointTurn()
  }
}

extension HeadSchedule where Self == Reset {
  /// θ and φ move together, φ anew every `interval` steps.
  public static func reset(every interval: Int, seed: UInt64 = 0) -> Reset {
    Reset(every: interval, seed: seed)
  }
}
