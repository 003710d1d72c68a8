import Augmentations
import Contrastive
import Datasets
import Measures
import TestSupport
import Testing
import Torch
import TorchNN

/// What encoders by hand let through of transformations.
@Suite struct TransformationProbesTests {
  private final class Encoding: Module, Encoder {
    let outputDimension: Int
    let encode: (Tensor) -> Tensor

    init(_ outputDimension: Int, _ encode: @escaping (Tensor) -> Tensor) {
      self.outputDimension = outputDimension
      self.encode = encode
    }

    func callAsFunction(_ images: Tensor) -> Tensor { encode(images) }
  }

  private static let side = 16

  /// Images of one colour each but for a bright red upper left quarter, some brighter than others.
  private func figures(
    _ dimension: Int, _ encode: @escaping (Tensor) -> Tensor
  ) throws -> [String: Double] {
    let side = Self.side
    var random = CounterRandom(seed: 8)
    func images(_ count: Int) -> ImageDataset {
      let pixels = (0..<count).flatMap { _ -> [UInt8] in
        let level = UInt8(40 + random.index(below: 30))
        return (0..<side * side).flatMap { place -> [UInt8] in
          let isMarked = place / side < side / 2 && place % side < side / 2
          return isMarked ? [150 + level, level, level] : [level, level, level / 2]
        }
      }
      return ImageDataset(name: "marked", height: side, width: side, pixels: pixels)
    }
    let model = MeasuredModel(
      encoder: Encoding(dimension, encode), head: ProjectionHead(.none, inputs: dimension),
      splits: DatasetSplits(train: images(10), heldOut: images(200)),
      policy: PolicyPair(Policy()), policyChoice: "simclr")
    return try model.figures(
      .geometry,
      by: StandardMeasures.all.filter {
        $0.figures.contains { $0.key == "transformation" }
      })[0].values
  }

  @Test func anEncoderThatSeesNothingOfItReadsNothing() throws {
    // The same for every image and view, up to noise that has nothing to do with them.
    var calls = UInt64(0)
    let values = try figures(6) { images in
      calls += 1
      var random = CounterRandom(seed: calls)
      return Tensor(
        (0..<images.size(0) * 6).map { _ in random.normal() }, shape: [images.size(0), 6])
    }
    for name in ["rotation", "hue", "scale", "crop_x", "crop_y"] {
      #expect(try #require(values["transformation.\(name)"]) < 0.05, "\(name)")
      #expect(try #require(values["transformation_mlp.\(name)"]) < 0.1, "\(name)")
    }
    // 160 views: chance is 0.25 with a standard error of 0.034, and five of them.
    #expect(try #require(values["rotation_top1"]).isApproximately(0.25, within: 0.17))
    #expect(try #require(values["rotation_mlp_top1"]).isApproximately(0.25, within: 0.17))
  }

  @Test func meanColoursTellTheHueAndNoQuarterTurn() throws {
    let values = try figures(3) { $0.mean(along: [2, 3]) }
    #expect(try #require(values["transformation.hue"]) > 0.9)
    #expect(try #require(values["transformation_mlp.hue"]) > 0.9)
    // A turned image has the same mean; only rounding tells the turns apart.
    let turns = try #require(values["rotation_top1"])
    #expect(turns < 0.5)
  }

  @Test func whereTheMarkedQuarterLiesTellsTurnsAndCrops() throws {
    // The red of the four quarters, less their mean.
    let values = try figures(4) { images in
      let half = Self.side / 2
      let red = images.select(0, along: 1)
      let quarters = [(0, 0), (0, 1), (1, 0), (1, 1)].map { row, column in
        red.slice(row * half..<(row + 1) * half, along: 1)
          .slice(column * half..<(column + 1) * half, along: 2).mean(along: [1, 2])
      }
      return Tensor.stacked(quarters, along: 1)
    }
    #expect(try #require(values["rotation_top1"]) == 1)
    #expect(try #require(values["rotation_mlp_top1"]) == 1)
    #expect(try #require(values["transformation.rotation"]) > 0.6)
    let (linear, network) = try (
      #require(values["transformation.crop_x"]), #require(values["transformation_mlp.crop_x"])
    )
    #expect(linear > 0.5 && network > 0.7)
  }
}
