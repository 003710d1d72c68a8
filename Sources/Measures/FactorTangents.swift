import Datasets
import Geometry
import Torch

/// The tangents of all layers along one direction of the images.
struct LayerTangents {
  /// Of each layer, n×D.
  let layers: [Tensor]

  /// Differentiates every layer's embeddings of images along directions, N×3×S×S both.
  init(at images: Tensor, along directions: Tensor, through network: Network) {
    var widths: [Int] = []
    // All layers side by side, so that one pass differentiates them all.
    let all = tangents(
      at: images.channelsLast(), along: directions.channelsLast(),
      batchSize: network.tangentBatchSize
    ) { images in
      let traced = network.trace(images).map(\.embedding)
      widths = traced.map { $0.size(1) }
      return Tensor.concatenated(traced, along: 1)
    }.tangents
    var start = 0
    layers = widths.map { width in
      defer { start += width }
      return all.slice(start..<start + width, along: 1)
    }
  }
}

/// How every layer moves along one of the factors that a sprite is drawn from.
struct FactorTangents {
  let factor: SpriteFactor
  let tangents: LayerTangents

  /// Those along all factors, where the held-out images are sprites.
  static func all(of network: Network, _ sizes: MeasurementSizes) -> [FactorTangents] {
    let heldOut = network.measured.splits.heldOut
    let samples = network.sample(sizes.tangentSamples)
    let scenes = samples.compactMap { Sprites.scene(of: heldOut, at: $0) }
    guard scenes.count == samples.count else { return [] }
    let images = network.cleanImages(of: samples)
    let size = heldOut.height
    return SpriteFactor.allCases.map { factor in
      let pixels = scenes.flatMap { $0.tangent(along: factor, size: size).map(Float.init) }
      let directions = Tensor(pixels, shape: [scenes.count, size, size, 3])
        .permuted([0, 3, 1, 2]).contiguous().to(network.measured.device)
      return FactorTangents(
        factor: factor,
        tangents: LayerTangents(at: images, along: directions, through: network))
    }
  }
}
