import Augmentations
import Contrastive
import Datasets
import Geometry
import Records
import Torch

/// How fast embeddings move along what can be done to an image, and what the head makes of these directions.
extension ModelMeasurement {
  /// Adds `tangent_norm` and `tangent_gain` along every generator, and along every factor of the images
  /// where these are sprites; gives back the factors' tangents at h.
  func addTangents(
    to figures: inout [LayerFigures], _ sizes: MeasurementSizes
  ) throws -> [Tensor] {
    let samples = sample(sizes.tangentSamples)
    let images = source(splits.heldOut, policy).cleanImages(of: samples)
    let h = encoder(images)
    for generator in Generator.allCases {
      let directions = generator.tangents(of: images, border: policy.first.border)
      _ = try addTangents(along: directions, generator.rawValue, at: images, h, to: &figures)
    }
    let size = splits.heldOut.height
    return try SpriteFactor.allCases.compactMap { factor -> Tensor? in
      let scenes = samples.compactMap { Sprites.scene(of: splits.heldOut, at: $0) }
      guard scenes.count == samples.count else { return nil }
      let pixels = scenes.flatMap { $0.tangent(along: factor, size: size).map(Float.init) }
      let directions = Tensor(pixels, shape: [scenes.count, size, size, 3])
        .permuted([0, 3, 1, 2]).contiguous().to(device)
      return try addTangents(
        along: directions, "factor.\(factor.rawValue)", at: images, h, to: &figures)
    }
  }

  /// Adds the figures of one direction; gives back the tangents at h.
  private func addTangents(
    along directions: Tensor, _ name: String, at images: Tensor, _ h: Tensor,
    to figures: inout [LayerFigures]
  ) throws -> Tensor {
    // All layers side by side, so that one pass differentiates them all.
    let all = tangents(at: images, along: directions) { images in
      Tensor.concatenated(head.trace(encoder(images)).map(\.embedding), along: 1)
    }.tangents
    let alongH = all.slice(0..<figures[0].dimension, along: 1)
    var start = 0
    for index in figures.indices {
      let end = start + figures[index].dimension
      let own = all.slice(start..<end, along: 1)
      start = end
      guard let norm = try whereMeasurable({ try tangentNorm(own) }) else { continue }
      let gain =
        index == 0
        ? nil
        : try whereMeasurable {
          try tangentGain(at: h, along: alongH) { head.trace($0)[index].embedding }
        }
      figures[index].addTangents(along: name, norm: norm, gain: gain, n: images.size(0))
    }
    return alongH
  }
}
