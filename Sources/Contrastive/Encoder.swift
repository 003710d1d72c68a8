import Torch
import TorchNN

/// What turns images (N×3×H×W, RGB in 0…1) into the representation h (N×`outputDimension`).
///
/// An encoder never owns the head: the head belongs to the objective.
public protocol Encoder: UnaryLayer {
  /// The length of h.
  var outputDimension: Int { get }
}
