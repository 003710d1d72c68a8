import Contrastive
import Torch
import TorchNN

/// In whose names weights are written.
public enum WeightsFormat: String, Sendable, CaseIterable {
  /// The encoder alone, as `torchvision.models.resnet18` names it, without `fc`.
  case torchvision
  /// The encoder alone, as `timm.create_model("resnet18", num_classes=0)` names it.
  case timm
  /// Encoder and head, as Gnomon reads them back: `encoder.…` and `head.…`, with the configuration.
  case gnomon
}

extension SafeTensors {
  /// The weights of a model for others to load, with what is to be known of them in the metadata:
  /// `architecture`, `stem`, `width`, `mean` and `std` (of images in 0…1), and of format `gnomon` also `head`,
  /// `normalise` and `configuration`.
  ///
  /// - Parameters:
  ///   - encoder: the encoder.
  ///   - head: its head, which `torchvision` and `timm` leave out.
  ///   - format: in whose names.
  ///   - configuration: what the model was trained by, as text.
  public init(
    exporting encoder: ResNet, _ head: ProjectionHead, as format: WeightsFormat,
    configuration: String
  ) {
    let normalization = encoder.normalization
    var metadata = [
      "format": "pt", "architecture": encoder.depth.rawValue, "stem": encoder.stem.rawValue,
      "width": "\(encoder.width)", "mean": normalization.mean.texts,
      "std": normalization.deviation.texts,
    ]
    switch format {
    case .torchvision, .timm: self.init(encoder.state, metadata: metadata)
    case .gnomon:
      metadata["normalise"] = normalization.description
      metadata["head"] = head.architecture.description
      metadata["configuration"] = configuration
      let tensors = encoder.state.addingPrefix("encoder.")
        .merging(head.state.addingPrefix("head.")) { own, _ in own }
      self.init(tensors, metadata: metadata)
    }
  }
}

extension WeightsFile {
  /// What is to be done to images before the network sees them: what the file says, or ImageNet's mean and
  /// standard deviation, which others' networks are nearly always trained with.
  public var normalization: InputNormalization {
    metadata["normalise"].flatMap(InputNormalization.init(parsing:)) ?? .imageNet
  }

  /// The first layers, where the file says which.
  public var stem: ResNet.Stem? { metadata["stem"].flatMap(ResNet.Stem.init(rawValue:)) }
}

extension [Double] {
  fileprivate var texts: String { map { "\($0)" }.joined(separator: ",") }
}
