import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN

/// NT-Xent tile by tile against the whole matrix.
@Suite struct TiledInfoNCETests {
  private func lossAndGradient(
    _ objective: InfoNCE, _ z: Tensor, views: Int = 2
  ) throws -> (loss: Double, gradient: Tensor) {
    let leaf = z.copied()
    leaf.requiresGradient = true
    let loss = objective.loss(of: leaf, views: views)
    loss.backward()
    return (loss.item, try #require(leaf.gradient))
  }

  /// ‖a − b‖/‖b‖.
  private func difference(_ a: Tensor, _ b: Tensor) -> Double { ((a - b).norm() / b.norm()).item }

  @Test(arguments: [1, 7, 32, 60, 1000])
  func everyTileSizeGivesTheWholeMatrixsLossAndGradient(_ tile: Int) throws {
    for temperature in [0.01, 0.07, 0.5] {
      for views in [2, 3] {
        let z = Samples.normal(seed: 3, [60, 16])
        let dense = try lossAndGradient(InfoNCE(temperature: temperature), z, views: views)
        let tiled = try lossAndGradient(
          InfoNCE(temperature: temperature, tile: tile), z, views: views)
        #expect(tiled.loss.isApproximately(dense.loss, relative: 1e-12))
        #expect(difference(tiled.gradient, dense.gradient) < 1e-12)
      }
    }
  }

  @Test func inFloat32BothAgreeToRounding() throws {
    // Of length 1 or so, that the logits, and with them their rounding errors, stay as small as cosines'.
    let z = Samples.normal(seed: 5, [700, 32]).to(.float32) * 0.2
    for similarity in InfoNCE.Similarity.allCases {
      let dense = try lossAndGradient(InfoNCE(temperature: 0.2, similarity: similarity), z)
      let tiled = try lossAndGradient(
        InfoNCE(temperature: 0.2, similarity: similarity, tile: 128), z)
      #expect(tiled.loss.isApproximately(dense.loss, relative: 1e-6))
      // A softmax weight is wrong by its exponent's rounding: exponents reach 5 for cosines, and for
      // dot products of 32 coordinates 160, whose last bit is 1.5e-5.
      let rounding = similarity == .dot ? 1.5e-5 : 1e-6
      #expect(difference(tiled.gradient, dense.gradient) < rounding)
    }
  }

  @Test func aLearnedTemperatureGetsTheSameGradient() throws {
    let z = Samples.normal(seed: 6, [40, 8])
    let slopes = try [nil, 16].map { tile in
      let objective = InfoNCE(temperature: 0.3, learnsTemperature: true, tile: tile)
      let module = try #require(objective.module)
      module.convert(to: .float64)
      objective.loss(of: z, views: 2).backward()
      return try #require(module.parameters.first?.parameter.tensor.gradient).item
    }
    #expect(slopes[1].isApproximately(slopes[0], relative: 1e-10))
  }

  @Test func embeddingsFarOutOfRangeAreSummedOnline() throws {
    // Dot products of about 1e4: their exponentials overflow unless each row's largest is taken out.
    let z = Samples.normal(seed: 7, [30, 4]) * 50
    let dense = try lossAndGradient(InfoNCE(temperature: 1, similarity: .dot), z)
    let tiled = try lossAndGradient(InfoNCE(temperature: 1, similarity: .dot, tile: 4), z)
    #expect(tiled.loss.isApproximately(dense.loss, relative: 1e-12))
    #expect(difference(tiled.gradient, dense.gradient) < 1e-12)
  }

  @Test func withoutAGradientWantedNoneIsMade() {
    let z = Samples.normal(seed: 8, [20, 4])
    let loss = withoutGradients { InfoNCE(temperature: 0.2, tile: 8).loss(of: z, views: 2) }
    #expect(!loss.requiresGradient)
    let dense = InfoNCE(temperature: 0.2).loss(of: z, views: 2)
    #expect(loss.item.isApproximately(dense.item, relative: 1e-12))
  }
}
