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

  /// The matrices and kernels of the stage, or block, that gives each of the trunk's layers, by the layer's name; at h those
  /// of the last.
  var layerWeights: [(layer: String, weights: [Tensor])] { get }
}

extension Encoder {
  /// h alone.
  public func trace(_ images: Tensor) -> [ProjectionHead.Layer] { [("h", self(images))] }

  /// None: an encoder of one's own has no stages that are known.
  public var layerWeights: [(layer: String, weights: [Tensor])] { [] }
}

/// An encoder that says what it is, so that it can be built anew and passed on.
public protocol DescribedEncoder: Encoder {
  /// What it was built as.
  var form: EncoderForm { get }
  /// What is done to images before the first layer.
  var normalization: InputNormalization { get }
}
