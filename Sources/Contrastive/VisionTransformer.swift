import Torch
import TorchNN

/// A vision transformer (Dosovitskiy et al. 2021) without its classifier, with timm's names and its
/// `VisionTransformer`'s arithmetic: pre-norm, exact GELU, a learned position for each patch and a class token.
public final class VisionTransformer: Module, DescribedEncoder {
  /// How large it is.
  public struct Size: Sendable, Hashable, CustomStringConvertible {
    /// The side of a patch in pixels.
    public let patch: Int
    /// The length of a token; a multiple of 64, the width of one head of attention.
    public let width: Int
    /// How many blocks.
    public let depth: Int

    /// A size; `width` is a multiple of 64.
    public init(patch: Int, width: Int, depth: Int) {
      self.patch = patch
      self.width = width
      self.depth = depth
    }

    /// Heads of attention, each of width 64.
    public var heads: Int { width / 64 }

    /// How many weights there are for images of `imageSize` pixels.
    public func weightCount(imageSize: Int) -> Double {
      let (width, side) = (Double(width), Double(imageSize / patch))
      let block = 12 * width * width + 13 * width
      let patches = width * Double(3 * patch * patch + 1)
      return Double(depth) * block + patches + (side * side + 4) * width
    }

    /// As in `vit, patch 16, width 384, 12 blocks`.
    public var description: String { "vit, patch \(patch), width \(width), \(depth) blocks" }
  }

  /// What h is: timm's `global_pool`.
  public enum Pooling: String, Sendable, CaseIterable {
    /// The class token after the final norm.
    case token
    /// The mean of the patches' tokens, which is normed after it; the class token takes no part in it. timm calls this
    /// norm `fc_norm`.
    case average = "avg"
  }

  private let clsToken: Parameter
  private let posEmbed: Parameter
  private let patchEmbed: PatchEmbedding
  private let blocks: [TransformerBlock]
  private let norm: LayerNorm?
  private let fcNorm: LayerNorm?
  /// How large it is.
  public let size: Size
  /// The side of the images in pixels.
  public let imageSize: Int
  /// What h is.
  public let pooling: Pooling
  /// What is done to images before the first layer.
  public let normalization: InputNormalization

  /// PyTorch's and timm's for vision transformers.
  package static let epsilon = 1e-6

  /// A network for images of `imageSize` pixels, a multiple of the patch's side, initialised as timm does it: linear layers and
  /// positions from a normal distribution of deviation 0.02 that is cut off at ±2, the class token of 10⁻⁶, the patches'
  /// convolution as PyTorch's.
  public init(
    _ size: Size, imageSize: Int, pooling: Pooling = .token,
    normalization: InputNormalization = .none
  ) {
    precondition(
      size.width.isMultiple(of: 64) && imageSize.isMultiple(of: size.patch),
      "\(size) for images of \(imageSize) pixels")
    self.size = size
    self.imageSize = imageSize
    self.pooling = pooling
    self.normalization = normalization
    let side = imageSize / size.patch
    clsToken = Parameter(Initializer.normal([1, 1, size.width]) * 1e-6)
    posEmbed = Parameter(
      Initializer.truncatedNormal([1, 1 + side * side, size.width], deviation: 0.02))
    patchEmbed = PatchEmbedding(size)
    blocks = (0..<size.depth).map { _ in TransformerBlock(size) }
    norm = pooling == .token ? LayerNorm(size.width, epsilon: Self.epsilon) : nil
    fcNorm = pooling == .average ? LayerNorm(size.width, epsilon: Self.epsilon) : nil
  }

  /// The length of h: a token's.
  public var outputDimension: Int { size.width }

  /// How many scores the attention of one block has for an image: one a head and pair of tokens.
  package var scoreCount: Int {
    let side = imageSize / size.patch
    let tokens = 1 + side * side
    return size.heads * tokens * tokens
  }

  /// Its size, its images' and its pooling.
  public var form: EncoderForm {
    .visionTransformer(size, imageSize: imageSize, pooling: pooling)
  }

  /// Images N×3×S×S in 0…1, S the `imageSize`, to h, N×`outputDimension`.
  public func callAsFunction(_ images: Tensor) -> Tensor {
    h(of: blocks.reduce(tokens(of: images)) { $1($0) })
  }

  /// What each block gives, `block1`, `block2`, …, and h: of the tokens after a block the class token, or the mean of the
  /// patches' where `pooling` is `average`, without a norm. None keeps a block's tokens in memory.
  public func trace(_ images: Tensor) -> [ProjectionHead.Layer] {
    var tokens = tokens(of: images)
    var layers: [ProjectionHead.Layer] = []
    for (index, block) in blocks.enumerated() {
      tokens = block(tokens)
      // A view of the class tokens would keep all others, a hundred times as many.
      let isView = pooling == .token
      layers.append(("block\(index + 1)", isView ? pooled(tokens).copied() : pooled(tokens)))
    }
    return layers + [("h", h(of: tokens))]
  }

  /// The matrices of each block; the last one's at h as well.
  public var layerWeights: [(layer: String, weights: [Tensor])] {
    let own = blocks.enumerated().map { (layer: "block\($0 + 1)", weights: $1.matrices) }
    return own + (own.last.map { [("h", $0.weights)] } ?? [])
  }

  /// The patches of images as tokens N×(1 + patches)×width, the class token first, with their positions.
  private func tokens(of images: Tensor) -> Tensor {
    let patches = patchEmbed(images.normalized(by: normalization))
    let token = clsToken.tensor.expanded([images.size(0), 1, size.width])
    return Tensor.concatenated([token, patches.to(token.dtype)], along: 1) + posEmbed.tensor
  }

  private func h(of tokens: Tensor) -> Tensor {
    // A row's norm does not depend on the others: norming the class token alone is timm's norm of all.
    (fcNorm ?? norm)?(pooled(tokens)) ?? pooled(tokens)
  }

  private func pooled(_ tokens: Tensor) -> Tensor {
    switch pooling {
    case .token: tokens.select(0, along: 1)
    case .average: tokens.slice(1..<tokens.size(1), along: 1).mean(along: [1])
    }
  }

  /// Positions of another grid, 1×(1 + g²)×width, at a network for images of `imageSize` pixels: interpolated as timm's
  /// `resample_abs_pos_embed` does it, cubically and antialiased, the class token's as it is.
  package static func positions(_ positions: Tensor, side: Int) -> Tensor {
    let count = positions.size(1) - 1
    let own = Int(Double(count).squareRoot().rounded())
    guard own != side else { return positions }
    let width = positions.size(2)
    let grid = positions.slice(1..<count + 1, along: 1).to(.float32)
      .reshaped([1, own, own, width]).permuted([0, 3, 1, 2])
    let resized = grid.resizedBicubically(height: side, width: side)
      .permuted([0, 2, 3, 1]).reshaped([1, side * side, width])
    return Tensor.concatenated(
      [positions.slice(0..<1, along: 1).to(.float32), resized], along: 1)
  }
}

/// Each patch of an image as a token: a convolution whose windows touch.
final class PatchEmbedding: Module, UnaryLayer {
  private let proj: Convolution

  init(_ size: VisionTransformer.Size) {
    proj = Convolution(3, size.width, kernel: size.patch, stride: size.patch)
  }

  /// N×3×S×S to N×patches×width, row by row.
  func callAsFunction(_ images: Tensor) -> Tensor {
    proj(images).flattened(from: 2).transposed(1, 2)
  }
}
