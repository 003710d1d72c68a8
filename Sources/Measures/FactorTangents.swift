import Datasets
import Torch

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
    let factors = SpriteFactor.allCases
    let tangents = network.tangents(at: images) { rows in
      factors.map { factor in
        let pixels = scenes[rows].flatMap { $0.tangent(along: factor, size: size).map(Float.init) }
        return Tensor(pixels, shape: [rows.count, size, size, 3])
          .permuted([0, 3, 1, 2]).contiguous().to(network.measured.device)
      }
    }
    return zip(factors, tangents).map { FactorTangents(factor: $0, tangents: $1) }
  }
}
