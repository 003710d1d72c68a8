import Torch
import TorchNN

/// The encoders that have a name: those of setting `encoder`.
public enum EncoderArchitecture: String, Sendable, CaseIterable {
  case resNet18 = "resnet18"
  case resNet34 = "resnet34"
  case resNet50 = "resnet50"
  /// Six blocks of width 192 on patches of 4 pixels, for images of about 32 pixels.
  case vitMini4 = "vit_mini_patch4"
  case vitTiny16 = "vit_tiny_patch16"
  case vitSmall16 = "vit_small_patch16"
  case vitSmall8 = "vit_small_patch8"
  case vitBase16 = "vit_base_patch16"
  case vitBase8 = "vit_base_patch8"

  /// The two kinds of encoders, and how large one is.
  public enum Kind: Sendable, Hashable {
    /// A residual network.
    case resNet(ResNet.Depth)
    /// A vision transformer.
    case visionTransformer(VisionTransformer.Size)
  }

  /// Its kind, and how large it is.
  public var kind: Kind {
    func transformer(_ patch: Int, _ width: Int, _ depth: Int) -> Kind {
      .visionTransformer(VisionTransformer.Size(patch: patch, width: width, depth: depth))
    }
    return switch self {
    case .resNet18: .resNet(.resNet18)
    case .resNet34: .resNet(.resNet34)
    case .resNet50: .resNet(.resNet50)
    case .vitMini4: transformer(4, 192, 6)
    case .vitTiny16: transformer(16, 192, 12)
    case .vitSmall16: transformer(16, 384, 12)
    case .vitSmall8: transformer(8, 384, 12)
    case .vitBase16: transformer(16, 768, 12)
    case .vitBase8: transformer(8, 768, 12)
    }
  }

  /// The residual network's depth; nil for a vision transformer.
  public var depth: ResNet.Depth? {
    if case .resNet(let depth) = kind { depth } else { nil }
  }

  /// The vision transformer's size; nil for a residual network.
  public var size: VisionTransformer.Size? {
    if case .visionTransformer(let size) = kind { size } else { nil }
  }

  /// The length of h; of a residual network with `width` channels in its first stage.
  public func outputDimension(width: Int) -> Int {
    switch kind {
    case .resNet(let depth): depth.outputDimension(width: width)
    case .visionTransformer(let size): size.width
    }
  }
}

/// What an encoder is built as: all that its weights do not say.
public enum EncoderForm: Sendable, Hashable {
  /// A residual network with `width` channels in its first stage.
  case resNet(ResNet.Depth, stem: ResNet.Stem, width: Int)
  /// A vision transformer for images of `imageSize` pixels.
  case visionTransformer(
    VisionTransformer.Size, imageSize: Int, pooling: VisionTransformer.Pooling)

  /// Its name; nil for a vision transformer of another size than those that have one.
  public var architecture: EncoderArchitecture? {
    EncoderArchitecture.allCases.first {
      switch self {
      case .resNet(let depth, _, _): $0.depth == depth
      case .visionTransformer(let size, _, _): $0.size == size
      }
    }
  }

  /// The length of h.
  public var outputDimension: Int {
    switch self {
    case .resNet(let depth, _, let width): depth.outputDimension(width: width)
    case .visionTransformer(let size, _, _): size.width
    }
  }

  /// A new encoder of this form.
  public func makeEncoder(normalization: InputNormalization = .none) -> any DescribedEncoder {
    switch self {
    case .resNet(let depth, let stem, let width):
      ResNet(depth, stem: stem, width: width, normalization: normalization)
    case .visionTransformer(let size, let imageSize, let pooling):
      VisionTransformer(
        size, imageSize: imageSize, pooling: pooling, normalization: normalization)
    }
  }
}

extension EncoderForm: CustomStringConvertible {
  /// What it is, in a few words.
  public var description: String {
    switch self {
    case .resNet(let depth, let stem, let width):
      "\(depth.rawValue), width \(width), stem \(stem.rawValue)"
    case .visionTransformer(let size, let imageSize, let pooling):
      "\(architecture?.rawValue ?? "\(size)"), images of \(imageSize) pixels, pool \(pooling.rawValue)"
    }
  }
}
