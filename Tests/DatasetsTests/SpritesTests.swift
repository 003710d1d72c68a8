import Datasets
import Foundation
import Testing

@Suite struct SpritesTests {
  private func sprites(_ count: Int, seed: UInt64 = 7) -> ImageDataset {
    Sprites.dataset(split: .train, count: count, size: 32, seed: seed)
  }

  @Test func aSampleDependsOnSeedSplitAndIndexAlone() {
    let few = sprites(40)
    let many = sprites(100)
    #expect(few.pixels.bytes == many.pixels.gathered(0..<few.count))
    #expect(few.labels == Array(many.labels.prefix(40)))
    #expect(few.pixels != sprites(40, seed: 8).pixels)
  }

  @Test func theSplitsShareNoScene() {
    func scenes(_ split: Sprites.Split) -> [[Double]] {
      (0..<200).map { index in
        let scene = Sprites.scene(split: split, index: index, seed: 7)
        return SpriteFactor.allCases.map { scene[$0] }
      }
    }
    #expect(Set(scenes(.train)).intersection(scenes(.heldOut)).isEmpty)
    #expect(Set(scenes(.train)).count == 200)
  }

  @Test func theDefaultRequestIsEightThousandAndTwoThousand() throws {
    let splits = try DatasetRequest(kind: .sprites, imageSize: 8).load()
    #expect(splits.train.count == 8000 && splits.heldOut.count == 2000)
    #expect(splits.train.classNames.count == 10)
    #expect(splits.train.factors.count == SpriteFactor.allCases.count + 1)
  }

  @Test func storedFactorsReproduceTheImage() throws {
    let images = sprites(50)
    for index in 0..<50 {
      let scene = try #require(Sprites.scene(of: images, at: index))
      #expect(scene == Sprites.scene(split: .train, index: index, seed: 7))
      let bytes = scene.rendered(size: 32).map { UInt8(($0 * 255).rounded()) }
      #expect(bytes == Array(images.image(at: index)))
    }
    let other = ImageDataset(name: "other", height: 1, width: 1, pixels: [0, 0, 0])
    #expect(Sprites.scene(of: other, at: 0) == nil)
  }

  @Test func noColorLeavesTheRangeOfAPixel() {
    for index in 0..<300 {
      let values = Sprites.scene(split: .train, index: index, seed: 1).rendered(size: 32)
      #expect((values.min() ?? -1) >= 0 && (values.max() ?? 2) <= 1)
    }
  }

  @Test func everyClassAndPatternIsAsFrequentAsTheOthers() throws {
    let images = Sprites.dataset(split: .train, count: 5000, size: 8, seed: 3)
    for label in 0..<10 {
      // Binomial with mean 500 and standard deviation 21: five of those.
      #expect(abs(images.labels.count { $0 == label } - 500) < 106)
    }
    let texture = try #require(images.factors.last)
    #expect(texture.kind == .categorical(count: 4))
    for kind in 0..<4 {
      #expect(abs(texture.values.count { $0 == Float(kind) } - 1250) < 153)
    }
  }

  @Test func factorsAreUncorrelatedWithEachOtherAndWithTheLabel() {
    let images = Sprites.dataset(split: .train, count: 4000, size: 8, seed: 3)
    let columns = images.factors.map(\.values) + [images.labels.map(Float.init)]
    for first in columns.indices {
      for second in 0..<first {
        // Independent columns have a correlation of standard deviation 1/√4000 = 0.016.
        #expect(abs(correlation(columns[first], columns[second])) < 0.08)
      }
    }
  }

  @Test func aDiscCoversItsArea() {
    var scene = Sprites.scene(split: .train, index: 0, seed: 0)
    scene.shape = .disc
    scene.textureContrast = 0
    scene.saturation = 0
    scene.positionX = 0.1
    scene.positionY = -0.07
    scene.scale = 0.6
    let size = 128
    let image = scene.rendered(size: size)
    scene.positionX = 9
    let behind = scene.rendered(size: size)
    // The shading is odd about the centre, so a mean over the disc leaves it out; what is left in
    // each channel is (front − behind) · area.
    let channels = (0..<3).map { channel in
      stride(from: channel, to: image.count, by: 3).reduce(0) { $0 + image[$1] - behind[$1] }
        / (scene.lightness - behind[channel])
    }
    let radius = 0.86 * 0.6 / 2 * Double(size)
    for pixels in channels {
      // The soft edge is symmetric, so its error is of the order of the edge width squared.
      #expect(abs(pixels / (.pi * radius * radius) - 1) < 0.003)
    }
  }

  @Test(arguments: SpriteShape.allCases) func distancesHaveSlopeOneAtTheOutline(
    shape: SpriteShape
  ) {
    // |∇d| = 1 wherever d is a distance, except on creases; the outline is where it matters.
    var near = 0
    var exact = 0
    let step = 1e-6
    for row in 0..<150 {
      for column in 0..<150 {
        let point = SIMD2(Double(column) / 60 - 1.2417, Double(row) / 60 - 1.2383)
        guard abs(shape.signedDistance(at: point)) < 0.05 else { continue }
        func slope(_ axis: SIMD2<Double>) -> Double {
          let ahead = shape.signedDistance(at: point + step * axis)
          return (ahead - shape.signedDistance(at: point - step * axis)) / (2 * step)
        }
        let length = (pow(slope(SIMD2(1, 0)), 2) + pow(slope(SIMD2(0, 1)), 2)).squareRoot()
        near += 1
        if abs(length - 1) < 1e-4 { exact += 1 }
      }
    }
    #expect(near > 300)
    #expect(Double(exact) > 0.97 * Double(near))
  }

  @Test(arguments: SpriteShape.allCases) func shapesFillAboutTheUnitDisc(shape: SpriteShape) {
    var farthest = 0.0
    var area = 0.0
    for row in -150...150 {
      for column in -150...150 {
        let point = SIMD2(Double(column) / 100, Double(row) / 100)
        guard shape.signedDistance(at: point) < 0 else { continue }
        farthest = max(farthest, (point * point).sum().squareRoot())
        area += 1e-4
      }
    }
    #expect(farthest > 0.85 && farthest < 1.15)
    #expect(area > 0.7)
  }

  @Test(arguments: SpriteFactor.allCases) func imagesChangeSmoothlyAlongEveryFactor(
    factor: SpriteFactor
  ) {
    var largest = 0.0
    for index in 0..<20 {
      let scene = Sprites.scene(split: .train, index: index, seed: 5)
      let fine = scene.tangent(along: factor, size: 32, step: 1e-6)
      let coarse = scene.tangent(along: factor, size: 32, step: 2e-5)
      let scale = fine.map(abs).max() ?? 0
      largest = max(largest, scale)
      // The second derivative jumps where a smoothstep begins and ends, so the error of a central
      // difference falls linearly there: far below a thousandth at these steps.
      #expect(zip(fine, coarse).allSatisfy { abs($0 - $1) <= 2e-3 * scale })
    }
    #expect(largest > 0.01, "the factor must show")
  }

  @Test func movingTheShapeByAPixelMovesTheImageByAPixel() {
    var scene = Sprites.scene(split: .train, index: 2, seed: 5)
    scene.textureContrast = 0
    let size = 64
    let image = scene.rendered(size: size)
    scene.positionX += 2 / Double(size)
    scene.positionY -= 2 / Double(size)
    let moved = scene.rendered(size: size)
    for row in 1..<size {
      for index in 0..<(size - 1) * 3 {
        let difference = moved[(row - 1) * size * 3 + index + 3] - image[row * size * 3 + index]
        #expect(abs(difference) < 1e-9)
      }
    }
  }

  @Test func theTangentsAlongTheTwoLightnessesAreTheShapeAndWhatItLeaves() {
    let scene = Sprites.scene(split: .train, index: 3, seed: 5)
    let front = scene.tangent(along: .lightness, size: 32)
    let behind = scene.tangent(along: .backgroundLightness, size: 32)
    // A pixel is c·front + (1 − c)·behind; differences of doubles at a step of 1e-5 keep 1e-10.
    #expect(zip(front, behind).allSatisfy { abs($0 + $1 - 1) < 1e-9 })
    #expect(abs((front.max() ?? 0) - 1) < 1e-9 && abs(front.min() ?? 1) < 1e-9)
  }

  @Test func meanColorDoesNotTellTheClassAndPixelsTellItWorseThanTrainingDoes() {
    let train = Sprites.dataset(split: .train, count: 4000, size: 32, seed: 11)
    let test = Sprites.dataset(split: .heldOut, count: 300, size: 32, seed: 11)
    let pixels = nearestNeighborAccuracy(train, test) { image in image.map { Float($0) } }
    // Ten epochs of `make demo` at strength 0.5 make it 0.97 by a linear probe.
    #expect(pixels < 0.9)
    let color = nearestNeighborAccuracy(train, test) { image in
      (0..<3).map { channel in
        Float(stride(from: channel, to: image.count, by: 3).reduce(0) { $0 + Int(image[$1]) })
      }
    }
    // Chance is 0.1, with a standard deviation of 0.017 over 300 images.
    #expect(color < 0.2)
  }

  private func nearestNeighborAccuracy(
    _ train: ImageDataset, _ test: ImageDataset, feature: ([UInt8]) -> [Float]
  ) -> Double {
    let known = (0..<train.count).map { feature(Array(train.image(at: $0))) }
    var right = 0
    for index in 0..<test.count {
      let query = feature(Array(test.image(at: index)))
      var best = (distance: Float.infinity, label: -1)
      for (candidate, label) in zip(known, train.labels) {
        var distance: Float = 0
        for position in query.indices {
          let difference = query[position] - candidate[position]
          distance += difference * difference
        }
        if distance < best.distance { best = (distance, label) }
      }
      if best.label == test.labels[index] { right += 1 }
    }
    return Double(right) / Double(test.count)
  }

  private func correlation(_ first: [Float], _ second: [Float]) -> Double {
    func centered(_ values: [Float]) -> [Double] {
      let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
      return values.map { Double($0) - mean }
    }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let a = centered(first)
    let b = centered(second)
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
  }
}
