import Torch
import TorchNN

/// Attention, then a layer for each token alone, each normed before and added to its input.
final class TransformerBlock: Module, UnaryLayer {
  private let norm1: LayerNorm
  private let attn: Attention
  private let norm2: LayerNorm
  private let mlp: TokenLayer

  init(_ size: VisionTransformer.Size) {
    norm1 = LayerNorm(size.width, epsilon: VisionTransformer.epsilon)
    attn = Attention(size)
    norm2 = LayerNorm(size.width, epsilon: VisionTransformer.epsilon)
    mlp = TokenLayer(size)
  }

  /// Tokens N×T×width to the same shape.
  func callAsFunction(_ tokens: Tensor) -> Tensor {
    let attended = tokens + attn(norm1(tokens))
    return attended + mlp(norm2(attended))
  }
}

/// Attention of tokens to each other, in heads.
final class Attention: Module, UnaryLayer {
  private let qkv: Linear
  private let proj: Linear
  private let heads: Int

  init(_ size: VisionTransformer.Size) {
    qkv = .ofTransformer(size.width, 3 * size.width)
    proj = .ofTransformer(size.width, size.width)
    heads = size.heads
  }

  /// Tokens N×T×width to the same shape.
  func callAsFunction(_ tokens: Tensor) -> Tensor {
    let (rows, length, width) = (tokens.size(0), tokens.size(1), tokens.size(2))
    let parts = qkv(tokens).reshaped([rows, length, 3, heads, width / heads])
      .permuted([2, 0, 3, 1, 4])
    let attended = parts[0].attention(keys: parts[1], values: parts[2])
    return proj(attended.transposed(1, 2).reshaped([rows, length, width]))
  }
}

/// Two linear layers with a GELU between, four times as wide in the middle.
final class TokenLayer: Module, UnaryLayer {
  private let fc1: Linear
  private let fc2: Linear

  init(_ size: VisionTransformer.Size) {
    fc1 = .ofTransformer(size.width, 4 * size.width)
    fc2 = .ofTransformer(4 * size.width, size.width)
  }

  /// Tokens N×T×width to the same shape.
  func callAsFunction(_ tokens: Tensor) -> Tensor { fc2(fc1(tokens).gelu()) }
}

extension Linear {
  /// A layer initialised as timm initialises those of vision transformers.
  fileprivate static func ofTransformer(_ inputs: Int, _ outputs: Int) -> Linear {
    let layer = Linear(inputs, outputs)
    withoutGradients {
      layer.weight.tensor.assign(
        Initializer.truncatedNormal([outputs, inputs], deviation: 0.02))
      layer.bias?.tensor.fill(0)
    }
    return layer
  }
}
