import Augmentations
import Foundation
import TestSupport
import Testing
import Torch

/// Against what torchvision and SciPy gave (Tests/Fixtures/augmentations.py).
@Suite struct TorchvisionTests {
  private let file: SafeTensors

  init() throws { file = try SafeTensors(path: fixture("augmentations.safetensors")) }

  private func tensor(_ name: String) throws -> Tensor {
    try #require(file.tensors[name], "\(name)")
  }

  private func image(_ name: String) throws -> TestImage {
    let stored = try tensor(name)
    return TestImage(
      size: ImageSize(width: stored.size(1), height: stored.size(0)), bytes: stored.scalars())
  }

  /// The mean absolute difference of both implementations' view from a result of torchvision; both,
  /// that is, the larger.
  private func difference(
    _ name: String, image: TestImage, _ parameters: ViewParameters
  ) throws -> Float {
    let expected = try tensor(name)
    let side = expected.size(0)
    let views = [
      image.view(parameters, side: side),
      try FusedViews(side: side).tensor(
        from: image.bytes, [ViewRequest(of: StoredImage(offset: 0, size: image.size), parameters)]
      ).permuted([0, 2, 3, 1]).scalars(Float.self),
    ]
    let numbers = expected.scalars(Float.self)
    return views.map { view in
      zip(view, numbers).map { abs($0 - $1) }.reduce(0, +) / Float(numbers.count)
    }.max() ?? .infinity
  }

  // What is promised is 1/255; these operations are defined alike, so only float16 in the file, grey
  // weights that sum to 0.9999, and a blur cut off at 3σ are between them.
  private let alike: Float = 0.25 / 255

  @Test func cropsAreResizedAlike() throws {
    let image = try image("large")
    let names = file.tensors.keys.filter { $0.hasPrefix("crop.") }
    #expect(names.count == 3)
    for name in names {
      let box = name.split(separator: ".").dropFirst().compactMap { Int($0) }
      var parameters = image.untouched
      parameters.crop = Crop(x: box[1], y: box[0], width: box[3], height: box[2])
      #expect(try difference(name, image: image, parameters) < alike, "\(name)")
    }
  }

  @Test(arguments: [
    "flip", "brightness.0.4", "brightness.1.5", "contrast.0.4", "contrast.1.5", "saturation.0.4",
    "saturation.1.5", "grey", "blur.0.3", "blur.1.0", "blur.2.0", "solarise",
  ])
  func operationsAreAlike(name: String) throws {
    let image = try image("small")
    var parameters = image.untouched
    let parts = name.split(separator: ".", maxSplits: 1)
    let amount = parts.count == 2 ? try #require(Float(parts[1])) : 0
    switch parts[0] {
    case "flip": parameters.isFlipped = true
    case "brightness": parameters.brightness = amount
    case "contrast": parameters.contrast = amount
    case "saturation": parameters.saturation = amount
    case "grey": parameters.isGrey = true
    case "blur": parameters.blur = amount
    default: parameters.isSolarised = true
    }
    #expect(try difference(name, image: image, parameters) < alike, "\(name)")
  }

  @Test func aRotationTurnsTheSameWay() throws {
    let image = try image("small")
    var parameters = image.untouched
    parameters[.rotation] = 25 * .pi / 180
    parameters.border = .zero
    #expect(try difference("rotation.25", image: image, parameters) < alike)
  }

  // Turning hue in HSV changes grey; here grey stays. The difference is real, and this is how large:
  // the documentation of ColourMap must not say less.
  @Test(arguments: [(-0.2, 18), (-0.1, 17), (0.05, 11), (0.1, 16), (0.2, 18)])
  func hueDiffersFromHSVByAKnownAmount(turn: Double, atMost levels: Int) throws {
    let image = try image("small")
    var parameters = image.untouched
    parameters.hue = Float(turn)
    let found = try difference("hue.\(turn)", image: image, parameters)
    #expect(found < Float(levels) / 255)
    parameters.hue = Float(-turn)
    #expect(try difference("hue.\(turn)", image: image, parameters) > 1.5 * found)
  }

  @Test func cropsAreDistributedAlike() throws {
    let theirs = try tensor("crops").to(.int64).scalars(Int.self)
    let count = theirs.count / 4
    #expect(count == 20_000)
    let size = ImageSize(width: 128, height: 96)
    let policy = Policy.simCLR()
    let ours = (0..<count).map {
      policy.parameters(seed: 4, epoch: 0, sample: $0, view: 0, source: size, side: 32).crop
    }
    let expected = (0..<count).map {
      Crop(
        x: theirs[4 * $0 + 2], y: theirs[4 * $0 + 3], width: theirs[4 * $0],
        height: theirs[4 * $0 + 1])
    }
    let statistics: [(String, (Crop) -> Double)] = [
      ("area", { Double($0.width * $0.height) }),
      ("aspect", { Double($0.width) / Double($0.height) }),
      ("x", { Double($0.x) + Double($0.width) / 2 }),
      ("y", { Double($0.y) + Double($0.height) / 2 }),
    ]
    for (name, statistic) in statistics {
      let distance = kolmogorovSmirnov(ours.map(statistic), expected.map(statistic))
      // The critical distance at p = 0.001: 1.95·√(2/20000).
      #expect(distance < 0.0195, "\(name)")
    }
  }

  @Test func exponentialsAreThoseOfSciPy() throws {
    let elements = try tensor("algebra").scalars(Double.self)
    let expected = try tensor("exponentials").scalars(Double.self)
    for start in stride(from: 0, to: elements.count, by: 6) {
      let g = elements[start..<start + 6].map { $0 }
      let map = AffineMap.exponential(AffineMap(x: (g[0], g[1], g[2]), y: (g[3], g[4], g[5])))
      let found = [map.xx, map.xy, map.x0, map.yx, map.yy, map.y0]
      let scale = expected[start..<start + 6].map(\.magnitude).max() ?? 1
      for (value, number) in zip(found, expected[start..<start + 6]) {
        #expect(value.isApproximately(number, within: 1e-13 * scale))
      }
    }
  }

  /// The largest distance between two samples' distribution functions.
  private func kolmogorovSmirnov(_ first: [Double], _ second: [Double]) -> Double {
    let (first, second) = (first.sorted(), second.sorted())
    var (i, j) = (0, 0)
    var distance = 0.0
    while i < first.count && j < second.count {
      let value = min(first[i], second[j])
      while i < first.count && first[i] == value { i += 1 }
      while j < second.count && second[j] == value { j += 1 }
      let difference = Double(i) / Double(first.count) - Double(j) / Double(second.count)
      distance = max(distance, abs(difference))
    }
    return distance
  }
}
