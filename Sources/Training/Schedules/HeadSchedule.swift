import Contrastive
import Torch
import TorchNN

/// How encoder θ and head φ take turns (arXiv 2212.11491 treats them as two players): what φ does
/// during one training step, and through which head θ's gradient goes.
///
/// φ is all that is learned behind h, under every schedule: the parameters of the head and the objective's own, a
/// temperature or a predictor (`HeadedObjective.parameters`). What moves, is averaged, begins anew or is held fixed, is all
/// of it. Buffers are no part of φ (running statistics, a queue), nor are slow copies.
///
/// Both players meet at h. The encoder runs forward once; a schedule gets its output, cut off from the
/// encoder, moves φ as it likes, and hands back the gradient of θ's loss with respect to h, from which the
/// trainer goes back into the encoder. So a step on φ costs no more than the head.
public protocol HeadSchedule {
  /// Whether φ ever changes by its gradient; without, it has no optimiser.
  var movesHead: Bool { get }

  /// Whether the loss is differentiated twice.
  var needsSecondDerivatives: Bool { get }

  /// Called once, when the head is where it will be trained.
  func begin(with objective: HeadedObjective)

  /// Plays one step.
  ///
  /// - Throws: `NonFiniteLoss`, before θ has changed.
  func turn(_ game: HeadGame) throws(NonFiniteLoss) -> HeadTurn

  /// Tensors of its own that continue a training. A resumed training copies into them.
  var state: [String: Tensor] { get }
}

extension HeadSchedule {
  /// φ moves.
  public var movesHead: Bool { true }
  /// Once.
  public var needsSecondDerivatives: Bool { false }
  /// Nothing to do.
  public func begin(with objective: HeadedObjective) {}
  /// Nothing to keep.
  public var state: [String: Tensor] { [:] }
}

/// What one step of a schedule comes to.
public struct HeadTurn {
  /// θ's loss, before θ has moved; on a device it is waited for.
  public var loss: Double { lossReading.value }
  /// The head's output of that loss, cut off from the graph.
  public let z: Tensor
  /// The gradient of θ's loss with respect to h.
  public let gradient: Tensor
  /// The head's own part of that loss; nil where it has none.
  public var penalty: Double? { penaltyReading?.value }
  /// What φ does once θ's loss is known to be a finite number, and the way back through the encoder is taken.
  let lastMove: (() -> Void)?
  private let lossReading: ScalarReading
  private let penaltyReading: ScalarReading?

  /// A step's outcome.
  public init(loss: Double, z: Tensor, gradient: Tensor, penalty: Double? = nil) {
    self.init(
      loss: ScalarReading(loss), z: z, gradient: gradient,
      penalty: penalty.map { ScalarReading($0) })
  }

  /// A step's outcome whose loss nothing has waited for.
  init(
    loss: ScalarReading, z: Tensor, gradient: Tensor, penalty: ScalarReading?,
    lastMove: (() -> Void)? = nil
  ) {
    lossReading = loss
    self.z = z
    self.gradient = gradient
    penaltyReading = penalty
    self.lastMove = lastMove
  }

  /// The loss.
  ///
  /// - Throws: `NonFiniteLoss`.
  func finiteLoss() throws(NonFiniteLoss) -> Double {
    let value = loss
    guard value.isFinite else { throw NonFiniteLoss(value: value) }
    return value
  }
}

/// A loss that is no finite number.
public struct NonFiniteLoss: Error, Equatable {
  /// NaN or an infinity.
  public let value: Double

  /// Whether both are the same bits.
  public static func == (left: NonFiniteLoss, right: NonFiniteLoss) -> Bool {
    left.value.bitPattern == right.value.bitPattern
  }
}
