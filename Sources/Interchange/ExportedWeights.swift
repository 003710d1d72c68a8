import Contrastive
import Torch
import TorchNN

/// In whose names weights are written.
public enum WeightsFormat: String, Sendable, CaseIterable {
  /// The encoder alone, as `torchvision.models.resnet18` names it, without `fc`: a ResNet.
  case torchvision
  /// The encoder alone, as `timm.create_model("resnet18", num_classes=0)` or `timm`'s `VisionTransformer` names it.
  case timm
  /// Encoder and head, as Gnomon reads them back: `encoder.…` and `head.…`, with the configuration.
  case gnomon

  /// Whether an encoder's weights have names in this format: torchvision's vision transformers are built of other parts.
  public func names(_ form: EncoderForm) -> Bool {
    if case .visionTransformer = form { return self != .torchvision }
    return true
  }
}

extension SafeTensors {
  /// The weights of a model for others to load, with what is to be known of them in the metadata: `architecture`, `mean` and
  /// `std` (of images in 0…1); of a ResNet `stem` and `width`, of a vision transformer `img_size`, `patch_size`, `embed_dim`,
  /// `depth`, `num_heads` and `global_pool`, by which timm builds it; and of format `gnomon` also `head`, `normalise` and
  /// `configuration`. Traps for a format that does not name the encoder.
  ///
  /// - Parameters:
  ///   - encoder: the encoder.
  ///   - head: its head, which `torchvision` and `timm` leave out.
  ///   - format: in whose names.
  ///   - configuration: what the model was trained by, as text.
  public init(
    exporting encoder: any DescribedEncoder, _ head: ProjectionHead, as format: WeightsFormat,
    configuration: String
  ) {
    precondition(format.names(encoder.form), "\(format.rawValue) names no \(encoder.form)")
    let normalization = encoder.normalization
    var metadata = encoder.form.metadata
    metadata["format"] = "pt"
    metadata["mean"] = normalization.mean.texts
    metadata["std"] = normalization.deviation.texts
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

extension EncoderForm {
  fileprivate var metadata: [String: String] {
    switch self {
    case .resNet(let depth, let stem, let width):
      ["architecture": depth.rawValue, "stem": stem.rawValue, "width": "\(width)"]
    case .visionTransformer(let size, let imageSize, let pooling):
      [
        "architecture": name, "img_size": "\(imageSize)", "patch_size": "\(size.patch)",
        "embed_dim": "\(size.width)", "depth": "\(size.depth)", "num_heads": "\(size.heads)",
        "global_pool": pooling.rawValue,
      ]
    }
  }
}

extension WeightsFile {
  /// What is to be done to images before the network sees them: what the file says, as `normalise` or as `mean` and `std`, or ImageNet's mean
  /// and standard deviation, which others' networks are nearly always trained with.
  public var normalization: InputNormalization {
    let halves = [metadata["mean"], metadata["std"]].compactMap { $0 }
    let text = metadata["normalise"] ?? halves.joined(separator: "/")
    return InputNormalization(parsing: text) ?? .imageNet
  }

  /// The first layers, where the file says which.
  public var stem: ResNet.Stem? { metadata["stem"].flatMap(ResNet.Stem.init(rawValue:)) }
}

extension [Double] {
  fileprivate var texts: String { map { "\($0)" }.joined(separator: ",") }
}
