import Contrastive
import Geometry
import Torch

/// The tangents of all layers along one direction of the images.
struct LayerTangents {
  /// Of each layer, n×D.
  let layers: [Tensor]
}

extension Network {
  /// How every layer's embeddings of images move along directions, a batch of images at a time, each batch along all of them.
  ///
  /// - Parameters:
  ///   - images: N×3×S×S.
  ///   - directions: of some of the images, by their places, the directions, n×3×S×S each; as many for all.
  /// - Returns: the tangents along each direction.
  func tangents(
    at images: Tensor, along directions: (Range<Int>) -> [Tensor]
  ) -> [LayerTangents] {
    let count = images.size(0)
    let batches = stride(from: 0, to: count, by: tangentBatchSize).map { start in
      let rows = start..<min(start + tangentBatchSize, count)
      return tangents(
        ofBatch: images[rows].channelsLast(), along: directions(rows).map { $0.channelsLast() })
    }
    return (batches.first ?? []).indices.map { direction in
      let parts = batches.map { $0[direction] }
      return LayerTangents(
        layers: parts[0].indices.map { layer in Tensor.concatenated(parts.map { $0[layer] }) })
    }
  }

  /// Of each direction the derivative of each layer.
  private func tangents(ofBatch images: Tensor, along directions: [Tensor]) -> [[Tensor]] {
    guard let fixed else {
      return directions.map { direction in
        derivatives(at: images, along: direction) { trace($0) }
      }
    }
    let (values, units) = fixed.traceWithActiveUnits(images)
    return directions.map { direction in
      let change = fixed.tangent(along: direction, at: units)
      guard let h = values.last?.embedding, let alongH = change.last?.embedding else { return [] }
      return measuredTrunk(change.dropLast()).map(\.embedding)
        + derivatives(at: h, along: alongH) { headTrace(at: $0) }
    }
  }

  /// The derivative of each layer that a function gives, all of them side by side, so that one pass differentiates them.
  private func derivatives(
    at inputs: Tensor, along direction: Tensor, of layers: (Tensor) -> [ProjectionHead.Layer]
  ) -> [Tensor] {
    var widths: [Int] = []
    let all = directionalDerivative(at: inputs, along: direction.to(inputs.dtype)) { inputs in
      let traced = layers(inputs).map(\.embedding)
      widths = traced.map { $0.size(1) }
      return Tensor.concatenated(traced, along: 1)
    }.derivative
    var start = 0
    return widths.map { width in
      defer { start += width }
      return all.slice(start..<start + width, along: 1)
    }
  }
}
