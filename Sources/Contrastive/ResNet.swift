import Torch
import TorchNN

/// A residual network (He et al. 2016) without its classifier, with torchvision's names, so that
/// weights pass between the two: global average pooling gives h.
public final class ResNet: Module, DescribedEncoder {
  /// The first layers.
  public enum Stem: String, Sendable, CaseIterable {
    /// A 3×3 convolution with stride 1 and no pooling, for images of about 32 pixels.
    case small
    /// The same with two pixels of padding, as solo-learn has it for small images.
    case smallPadded = "small-padded"
    /// A 7×7 convolution with stride 2 and max-pooling, for images of about 224 pixels.
    case imageNet = "imagenet"

    /// The side of its convolution.
    package var kernel: Int { self == .imageNet ? 7 : 3 }

    /// Its convolution's stride.
    package var stride: Int { self == .imageNet ? 2 : 1 }

    /// How many pixels its convolution pads by on each side.
    package var padding: Int {
      switch self {
      case .small: 1
      case .smallPadded: 2
      case .imageNet: 3
      }
    }

    /// Whether max-pooling of 3×3 windows with stride 2 follows.
    package var isPooled: Bool { self == .imageNet }
  }

  /// The depths built here.
  public enum Depth: String, Sendable, CaseIterable {
    case resNet18 = "resnet18"
    case resNet34 = "resnet34"
    case resNet50 = "resnet50"

    /// The name that setting `encoder` knows it by.
    public var architecture: EncoderArchitecture {
      switch self {
      case .resNet18: .resNet18
      case .resNet34: .resNet34
      case .resNet50: .resNet50
      }
    }

    package var blocks: [Int] { self == .resNet18 ? [2, 2, 2, 2] : [3, 4, 6, 3] }
    package var isBottleneck: Bool { self == .resNet50 }

    /// The length of h of a network with `width` channels in its first stage.
    public func outputDimension(width: Int) -> Int { width * (isBottleneck ? 32 : 8) }
  }

  private let conv1: Convolution
  private let bn1: BatchNorm
  private let layer1: Sequential
  private let layer2: Sequential
  private let layer3: Sequential
  private let layer4: Sequential
  /// How many blocks of what kind.
  public let depth: Depth
  /// The first layers.
  public let stem: Stem
  /// Channels in the first stage.
  public let width: Int
  /// What is done to images before the first layer.
  public let normalization: InputNormalization
  /// The length of h: 8·width, or 32·width with bottleneck blocks.
  public let outputDimension: Int

  /// A network with `width` channels in its first stage (64 is the usual one), initialised as
  /// torchvision does it.
  public init(
    _ depth: Depth, stem: Stem = .small, width: Int = 64, normalization: InputNormalization = .none
  ) {
    self.depth = depth
    self.stem = stem
    self.width = width
    self.normalization = normalization
    conv1 = .kaiming(
      3, width, kernel: stem.kernel, stride: stem.stride, padding: stem.padding)
    bn1 = BatchNorm(width)
    var inputs = width
    func stage(_ index: Int) -> Sequential {
      let channels = width << index
      let outputs = depth.isBottleneck ? channels * 4 : channels
      let blocks = (0..<depth.blocks[index]).map { block -> any UnaryLayer in
        let stride = block == 0 && index > 0 ? 2 : 1
        defer { inputs = outputs }
        return depth.isBottleneck
          ? BottleneckBlock(inputs, channels, stride: stride)
          : BasicBlock(inputs, channels, stride: stride)
      }
      return Sequential(blocks)
    }
    layer1 = stage(0)
    layer2 = stage(1)
    layer3 = stage(2)
    layer4 = stage(3)
    outputDimension = inputs
  }

  /// A ResNet-18.
  public static func resNet18(stem: Stem = .small, width: Int = 64) -> ResNet {
    ResNet(.resNet18, stem: stem, width: width)
  }

  /// Its depth, stem and width.
  public var form: EncoderForm { .resNet(depth, stem: stem, width: width) }

  /// Images N×3×H×W in 0…1 to h, N×`outputDimension`.
  public func callAsFunction(_ images: Tensor) -> Tensor {
    [layer1, layer2, layer3, layer4].reduce(stemmed(images)) { $1($0) }.globalAveragePooled()
  }

  /// What the first three stages give, averaged over the image: `stage1`, `stage2`, `stage3`. The fourth's average is h.
  public func trace(_ images: Tensor) -> [ProjectionHead.Layer] {
    var features = stemmed(images)
    return [("stage1", layer1), ("stage2", layer2), ("stage3", layer3), ("h", layer4)].map {
      features = $1(features)
      return ($0, features.globalAveragePooled())
    }
  }

  /// The kernels of each stage, its shortcuts' included; the fourth's at h.
  public var layerWeights: [(layer: String, weights: [Tensor])] {
    [("stage1", layer1), ("stage2", layer2), ("stage3", layer3), ("h", layer4)].map {
      ($0, $1.matrices)
    }
  }

  private func stemmed(_ images: Tensor) -> Tensor {
    let features = bn1(conv1(images.normalized(by: normalization)), rectified: true)
    return stem.isPooled ? features.maxPooled(kernel: 3, stride: 2, padding: 1) : features
  }
}

/// Two 3×3 convolutions around a shortcut.
final class BasicBlock: Module, UnaryLayer {
  private let conv1: Convolution
  private let bn1: BatchNorm
  private let conv2: Convolution
  private let bn2: BatchNorm
  private let downsample: Sequential?

  init(_ inputs: Int, _ outputs: Int, stride: Int) {
    conv1 = .kaiming(inputs, outputs, kernel: 3, stride: stride, padding: 1)
    bn1 = BatchNorm(outputs)
    conv2 = .kaiming(outputs, outputs, kernel: 3, padding: 1)
    bn2 = BatchNorm(outputs)
    downsample = shortcut(inputs, outputs, stride: stride)
  }

  func callAsFunction(_ input: Tensor) -> Tensor {
    let inner = conv2(bn1(conv1(input), rectified: true))
    return bn2(inner, adding: downsample?(input) ?? input, rectified: true)
  }
}

/// 1×1, 3×3 and 1×1 convolutions around a shortcut; the stride is in the 3×3 one.
final class BottleneckBlock: Module, UnaryLayer {
  private let conv1: Convolution
  private let bn1: BatchNorm
  private let conv2: Convolution
  private let bn2: BatchNorm
  private let conv3: Convolution
  private let bn3: BatchNorm
  private let downsample: Sequential?

  init(_ inputs: Int, _ channels: Int, stride: Int) {
    conv1 = .kaiming(inputs, channels, kernel: 1)
    bn1 = BatchNorm(channels)
    conv2 = .kaiming(channels, channels, kernel: 3, stride: stride, padding: 1)
    bn2 = BatchNorm(channels)
    conv3 = .kaiming(channels, channels * 4, kernel: 1)
    bn3 = BatchNorm(channels * 4)
    downsample = shortcut(inputs, channels * 4, stride: stride)
  }

  func callAsFunction(_ input: Tensor) -> Tensor {
    let narrow = bn1(conv1(input), rectified: true)
    let inner = conv3(bn2(conv2(narrow), rectified: true))
    return bn3(inner, adding: downsample?(input) ?? input, rectified: true)
  }
}

private func shortcut(_ inputs: Int, _ outputs: Int, stride: Int) -> Sequential? {
  guard stride != 1 || inputs != outputs else { return nil }
  return Sequential([
    Convolution.kaiming(inputs, outputs, kernel: 1, stride: stride), BatchNorm(outputs),
  ])
}

extension Convolution {
  fileprivate static func kaiming(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0
  ) -> Convolution {
    let convolution = Convolution(
      inputs, outputs, kernel: kernel, stride: stride, padding: padding, bias: false)
    let weight = convolution.weight.tensor
    withoutGradients { weight.assign(Initializer.kaimingNormalFanOut(weight.shape)) }
    return convolution
  }
}
