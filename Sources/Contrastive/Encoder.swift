import Torch
import TorchNN

/// What turns images (N×3×H×W, RGB in 0…1) into the representation h (N×`outputDimension`).
///
/// An encoder never owns the head: the head belongs to the objective.
public protocol Encoder: UnaryLayer {
  /// The length of h.
  var outputDimension: Int { get }

  /// The embeddings of the trunk's layers in order, N×D each, and h under its name at the end.
  func trace(_ images: Tensor) -> [ProjectionHead.Layer]
}

extension Encoder {
  /// h alone.
  public func trace(_ images: Tensor) -> [ProjectionHead.Layer] { [("h", self(images))] }
}

/// An encoder that says what it is, so that it can be built anew and passed on.
public protocol DescribedEncoder: Encoder {
  /// What it was built as.
  var form: EncoderForm { get }
  /// What is done to images before the first layer.
  var normalization: InputNormalization { get }
}
