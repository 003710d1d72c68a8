import Contrastive
import Torch
import TorchNN

/// DINO's prototypes: a weight-normalised linear layer without an offset, which is one matrix.
struct HeadPrototypes {
  /// K×D.
  private let weight: Tensor

  /// Those beside the layers under a prefix that ends in `mlp.`: `last_layer`, as PyTorch's two kinds of weight normalisation
  /// name its length g and direction v, or without one.
  init(beside prefix: String, in tensors: [String: Tensor]) throws(HeadChain.Fault) {
    let scope = prefix.hasSuffix("mlp.") ? String(prefix.dropLast("mlp.".count)) : prefix
    let layer = tensors.removingPrefix(scope + "last_layer.")
    let pairs = [
      ("weight_g", "weight_v"),
      ("parametrizations.weight.original0", "parametrizations.weight.original1"),
    ]
    for (length, direction) in pairs {
      guard let g = layer[length]?.to(.float32), let v = layer[direction]?.to(.float32) else {
        continue
      }
      guard v.rank == 2, g.shape == [v.size(0), 1] else {
        throw .prototypes("\(scope)last_layer is of the shapes \(g.shape) and \(v.shape)")
      }
      weight = v * (g / v.norm(along: 1).unsqueezed(1))
      return
    }
    guard let plain = layer["weight"], plain.rank == 2 else {
      throw .prototypes("nothing is called \(scope)last_layer")
    }
    weight = plain
  }

  /// Makes them the last layer of a head whose output they are compared with.
  func add(
    to architecture: inout HeadArchitecture, _ state: inout [String: Tensor]
  ) throws(HeadChain.Fault) {
    let width = architecture.outputDimension(inputs: 0)
    guard weight.size(1) == width else {
      throw .prototypes("they are of length \(weight.size(1)), and it gives \(width)")
    }
    architecture.prototypes = weight.size(0)
    let last = state.keys.compactMap { $0.split(separator: ".").first.flatMap { Int($0) } }.max()
    // One number between them is that of the step to unit length.
    state["\((last ?? -1) + 2).weight"] = weight
  }
}
