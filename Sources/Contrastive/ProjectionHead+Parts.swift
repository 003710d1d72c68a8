import Torch
import TorchNN

/// What a head is made of, for what is measured of it.
extension ProjectionHead {
  /// Which ReLUs are active at each h, N×units of bool, layer after layer. In evaluation mode the head is affine where none of
  /// them changes, batch norm included. nil for a head without ReLU, and for one that is not affine in pieces.
  public func activationPattern(at h: Tensor) -> Tensor? {
    guard isAffineInPieces else { return nil }
    var embedding = h
    var active: [Tensor] = []
    for layer in layers {
      embedding = layer(embedding)
      if layer is ReLU { active.append(embedding.exceeds(0)) }
    }
    return active.isEmpty ? nil : Tensor.concatenated(active, along: 1)
  }

  private var isAffineInPieces: Bool {
    layers.allSatisfy { layer in
      switch layer {
      case is ReLU, is Linear, is BatchNorm, is FixedLinear, is Diagonal, is FirstCoordinates,
        is FixedWeights:
        true
      default: false
      }
    }
  }

  /// The matrices that each layer after h is made with, by the layer's name: those between it and the named layer before it.
  public var layerWeights: [(layer: String, weights: [Tensor])] {
    var start = 0
    return stages.enumerated().map { index, end in
      defer { start = end }
      let name = end == layers.count ? "z" : "head.\(index + 1)"
      return (name, layers[start..<end].flatMap(\.matrices))
    }
  }
}

extension UnaryLayer {
  /// The parameters, or fixed weights, of two dimensions and more: matrices and kernels, neither offsets nor norms' scales.
  var matrices: [Tensor] {
    state.sorted { $0.key < $1.key }.map(\.value).filter { $0.rank >= 2 }
  }
}
