import Contrastive
import Torch
import TorchNN

/// φ learns by its own gradient, but θ learns against φ's exponential moving average:
/// φ ← φ − η∇_φ L_φ(h), φ̄ ← m·φ̄ + (1 − m)·φ, θ ← θ − η∇_θ L_φ̄(f_θ(x)).
///
/// All of φ is averaged, what the objective learns included. The averaged head has running statistics of its own; the
/// objective's buffers (a queue, a predictor's running statistics) serve both turns. Slow copies follow φ, not φ̄.
///
/// With m = 0 it is `Alternating` with one head step; with m = 1, θ learns against φ's initial values.
public final class AveragedHead: HeadSchedule {
  /// The share m of itself that the average keeps in a step.
  public let momentum: Double
  private var average: MovingAverage?

  /// A schedule whose average keeps `momentum`, from 0 to 1, of itself in a step.
  public init(momentum: Double) {
    precondition(0...1 ~= momentum, "a momentum of \(momentum)")
    self.momentum = momentum
  }

  /// The average begins equal to φ.
  public func begin(with objective: HeadedObjective) {
    average = MovingAverage(of: objective.parameters, objective.head.buffers, momentum: momentum)
  }

  /// A step on φ, then one of the average, then one on θ against the average.
  public func turn(_ game: HeadGame) throws(NonFiniteLoss) -> HeadTurn {
    guard let average else { preconditionFailure("a step before begin(with:)") }
    try game.headTurn(on: game.batch)
    average.update()
    return try average.run { () throws(NonFiniteLoss) in try game.encoderTurn() }
  }

  /// The average.
  public var state: [String: Tensor] { average?.state ?? [:] }
}

extension HeadSchedule where Self == AveragedHead {
  /// θ learns against φ's moving average.
  public static func averaged(momentum: Double) -> AveragedHead { AveragedHead(momentum: momentum) }
}
