import Augmentations
import Foundation
import TestSupport
import Testing
import Torch

@Suite struct TensorViewsTests {
  private let image = TestImage.noise(width: 24, height: 24)

  private func reference(_ pixel: (Int, Int, Int) -> Float, side: Int) -> [Float] {
    (0..<side * side * 3).map { pixel($0 / 3 % side, $0 / 3 / side, $0 % 3) }
  }

  @Test func strengthZeroIsTheIdentityToTheBit() {
    let images = Tensor.concatenated(
      (0..<4).map { TestImage.noise(width: 16, height: 16, seed: $0).tensor })
    let parameters = (0..<4).map {
      Policy.simCLR(strength: 0).parameters(
        seed: 1, epoch: 0, sample: $0, view: 0, source: ImageSize(width: 16, height: 16), side: 16)
    }
    let views = TensorViews.render(images, parameters, side: 16)
    let expected = images.permuted([0, 3, 1, 2]).scalars(UInt8.self).map { Float($0) / 255 }
    #expect(views.shape == [4, 3, 16, 16])
    #expect(views.scalars(Float.self) == expected)
  }

  @Test func anUntouchedImageStaysToTheBitBesideChangedOnes() {
    var changed = image.untouched
    changed[.rotation] = 0.3
    changed.brightness = 0.5
    changed.blur = 1
    let views = TensorViews.render(
      Tensor.concatenated([image.tensor, image.tensor]), [changed, image.untouched], side: 24)
    let expected = reference({ image.value($0, $1, $2) }, side: 24)
    #expect(views[1].permuted([1, 2, 0]).scalars(Float.self) == expected)
  }

  @Test func aFlipMirrorsEachRow() {
    var parameters = image.untouched
    parameters.isFlipped = true
    let expected = reference({ image.value(23 - $0, $1, $2) }, side: 24)
    #expect(image.view(parameters, side: 24) == expected)
  }

  @Test(arguments: [
    (Crop(x: 3, y: 5, width: 11, height: 17), 20), (Crop(x: 0, y: 2, width: 24, height: 21), 9),
  ])
  func aCropIsWhatLibtorchsAntiAliasedResizeGives(crop: Crop, side: Int) {
    var parameters = image.untouched
    parameters.crop = crop
    let part = image.tensor.permuted([0, 3, 1, 2]).to(.float32)
      .slice(crop.y..<crop.y + crop.height, along: 2)
      .slice(crop.x..<crop.x + crop.width, along: 3)
    let resized = Operator("aten::_upsample_bilinear2d_aa")(
      part.contiguous() / 255, [side, side], false, nil, nil)
    let expected = resized.permuted([0, 2, 3, 1]).scalars(Float.self)
    // libtorch computes weights in float32.
    #expect(image.view(parameters, side: side).farthest(from: expected) < 1e-5)
  }

  @Test(arguments: Border.allCases)
  func aTranslationByWholePixelsShowsTheBorder(border: Border) {
    var parameters = image.untouched
    parameters.border = border
    parameters[.translationX] = 5 / 24
    parameters[.translationY] = -3 / 24
    let expected = reference(
      { x, y, channel in
        let (column, row) = (x - 5, y + 3)
        switch border {
        case .zero:
          return column < 0 || row > 23 ? 0 : image.value(column, row, channel)
        case .replicate:
          return image.value(max(column, 0), min(row, 23), channel)
        case .reflect:
          return image.value(column < 0 ? -1 - column : column, row > 23 ? 47 - row : row, channel)
        }
      }, side: 24)
    // 5/24 in float32 is half an ulp off: 24·2⁻²⁶ pixels.
    #expect(image.view(parameters, side: 24).farthest(from: expected) < 1e-5)
  }

  @Test func aQuarterTurnCounterClockwiseMovesTheRightEdgeUp() {
    var parameters = image.untouched
    parameters[.rotation] = .pi / 2
    let expected = reference({ image.value(23 - $1, $0, $2) }, side: 24)
    #expect(image.view(parameters, side: 24).farthest(from: expected) < 1e-4)
  }

  @Test(arguments: [(64, 64), (128, 40), (40, 96)])
  func aWarpedSmoothImageIsTheFunctionAtTheMovedPoints(stored: Int, side: Int) {
    // A Gaussian blob, known everywhere, with a width of a seventh of the image.
    func blob(_ u: Double, _ v: Double) -> Double { exp(-25 * ((u - 0.05) * (u - 0.05) + v * v)) }
    let bytes = (0..<stored * stored * 3).map { index -> UInt8 in
      let u = (Double(index / 3 % stored) + 0.5) / Double(stored) - 0.5
      let v = (Double(index / 3 / stored) + 0.5) / Double(stored) - 0.5
      return UInt8((255 * blob(u, v)).rounded())
    }
    let image = TestImage(size: ImageSize(width: stored, height: stored), bytes: bytes)
    var parameters = image.untouched
    parameters[.rotation] = 0.4
    parameters[.logScale] = 0.2
    parameters[.shearX] = -0.15
    parameters[.translationY] = 0.1
    // exp(−X) by a product of many small steps, so that the matrix exponential is not taken on trust.
    let steps = 4096.0
    let expected = (0..<side * side * 3).map { index -> Float in
      var u = (Double(index / 3 % side) + 0.5) / Double(side) - 0.5
      var v = (Double(index / 3 / side) + 0.5) / Double(side) - 0.5
      for _ in 0..<Int(steps) {
        let (du, dv) = (0.4 * v + 0.2 * u - 0.15 * v, -0.4 * u + 0.2 * v + 0.1)
        (u, v) = (u - du / steps, v - dv / steps)
      }
      return Float(blob(u, v))
    }
    // Interpolation and anti-aliasing blur a curve of f″ = 50 by some h²·f″/8, h a view's pixel.
    let pixel = 1 / Float(min(stored, side))
    let tolerance = 0.5 / 255 + 50 * pixel * pixel * 0.5
    #expect(image.view(parameters, side: side).farthest(from: expected) < tolerance)
  }

  @Test func coloursAreThoseOfTorchvisionsFormulas() {
    var parameters = image.untouched
    parameters.brightness = 0.9
    parameters.contrast = 0.5
    parameters.saturation = 0.7
    let count = 24 * 24
    let greys = (0..<count).map { pixel -> Double in
      let (x, y) = (pixel % 24, pixel / 24)
      return 0.299 * Double(image.value(x, y, 0)) + 0.587 * Double(image.value(x, y, 1))
        + 0.114 * Double(image.value(x, y, 2))
    }
    let mean = greys.reduce(0, +) / Double(count)
    let expected = reference(
      { x, y, channel in
        let grey = greys[y * 24 + x]
        let saturated = 0.7 * Double(image.value(x, y, channel)) + 0.3 * grey
        return Float(min(max(0.9 * (0.5 * saturated + 0.5 * mean), 0), 1))
      }, side: 24)
    #expect(image.view(parameters, side: 24).farthest(from: expected) < 1e-6)
  }

  @Test func greyIsTheSameInAllChannels() {
    var parameters = image.untouched
    parameters.isGrey = true
    let view = image.view(parameters, side: 24)
    for pixel in stride(from: 0, to: view.count, by: 3) {
      #expect(view[pixel] == view[pixel + 1] && view[pixel] == view[pixel + 2])
    }
  }

  @Test func blurConvolvesWithAGaussianAndMirrorsAtTheEdges() {
    var parameters = image.untouched
    parameters.blur = 1.2
    let weights = (-4...4).map { exp(-Double($0 * $0) / (2 * 1.2 * 1.2)) }
    let total = weights.reduce(0, +)
    func mirrored(_ position: Int) -> Int {
      position < 0 ? -position : position > 23 ? 46 - position : position
    }
    let expected = reference(
      { x, y, channel in
        var sum = 0.0
        for (dy, rowWeight) in zip(-4...4, weights) {
          for (dx, weight) in zip(-4...4, weights) {
            sum +=
              rowWeight * weight
              * Double(image.value(mirrored(x + dx), mirrored(y + dy), channel))
          }
        }
        return Float(sum / (total * total))
      }, side: 24)
    #expect(image.view(parameters, side: 24).farthest(from: expected) < 1e-6)
  }

  @Test func solarisationInvertsWhatIsAboveHalf() {
    var parameters = image.untouched
    parameters.isSolarised = true
    let expected = reference(
      {
        let value = image.value($0, $1, $2)
        return value >= 0.5 ? 1 - value : value
      }, side: 24)
    #expect(image.view(parameters, side: 24).farthest(from: expected) < 1e-7)
  }

  @Test func noiseHasItsDeviationAndACutoutItsPlace() {
    let grey = TestImage(
      size: ImageSize(width: 64, height: 64), bytes: [UInt8](repeating: 128, count: 64 * 64 * 3))
    var parameters = grey.untouched
    parameters.noise = 0.05
    parameters.noiseSeed = 9
    let view = grey.view(parameters, side: 64)
    let deviation = (view.map { pow($0 - 128 / 255, 2) }.reduce(0, +) / Float(view.count))
      .squareRoot()
    // Five standard errors: 5·0.05/√(2·12288).
    #expect(deviation.isApproximately(0.05, within: 0.0016))

    var hidden = image.untouched
    hidden.cutout = ViewParameters.Cutout(x: 0.25, y: 0.5, side: 0.25)
    let expected = reference(
      { (3..<9).contains($0) && (9..<15).contains($1) ? 0.5 : image.value($0, $1, $2) }, side: 24)
    #expect(image.view(hidden, side: 24) == expected)
  }

  @Test func greyImagesAreRepeatedAndTransparencyIsDropped() {
    let grey = TestImage.noise(width: 8, height: 8, channels: 1)
    let view = grey.view(grey.untouched, side: 8)
    #expect(view == (0..<192).map { Float(grey.bytes[$0 / 3]) / 255 })
    let transparent = TestImage.noise(width: 8, height: 8, channels: 4)
    #expect(
      transparent.view(transparent.untouched, side: 8)
        == (0..<192).map { Float(transparent.bytes[$0 / 3 * 4 + $0 % 3]) / 255 })
  }

  @Test func anImageOfOnePixelFillsItsViews() {
    let image = TestImage.noise(width: 1, height: 1)
    for sample in 0..<20 {
      let policy = Policy.lie([.rotation: 1, .logScale: 0.5, .translationX: 0.5])
      let parameters = policy.parameters(
        seed: 1, epoch: 0, sample: sample, view: 0, source: image.size, side: 8)
      let view = image.view(parameters, side: 8)
      let expected = (0..<192).map { image.value(0, 0, $0 % 3) }
      #expect(view.farthest(from: expected) < 1e-5)
    }
  }

  @Test func viewsAreDifferentiableWithRespectToTheImages() throws {
    let pixels = Tensor.full([1, 3, 12, 12], 0.5)
    pixels.requiresGradient = true
    var parameters = ViewParameters(of: ImageSize(width: 12, height: 12))
    parameters[.rotation] = 0.2
    parameters.brightness = 0.5
    TensorViews.render(pixels, [parameters], side: 12).sum().backward()
    let gradient = try #require(pixels.gradient)
    // Each pixel of the view is half a mean of pixels, and mirroring keeps all weights in the image.
    #expect(gradient.sum().item.isApproximately(0.5 * 432, within: 1e-3))
  }
}
