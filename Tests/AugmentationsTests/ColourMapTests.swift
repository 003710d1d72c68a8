import Augmentations
import Foundation
import TestSupport
import Testing
import Torch

@Suite struct ColourMapTests {
  private let colours: [SIMD3<Float>] = [
    [1, 0, 0], [0.2, 0.5, 0.9], [0.7, 0.7, 0.7], [0.05, 0.9, 0.3],
  ]

  private func grey(_ colour: SIMD3<Float>) -> Float { (colour * ColourMap.greyWeights).sum() }

  private func farthest(_ first: SIMD3<Float>, _ second: SIMD3<Float>) -> Float {
    let difference = first - second
    return max(abs(difference.x), abs(difference.y), abs(difference.z))
  }

  /// One operation of torchvision's ColorJitter, on a whole image and without its clamp.
  private func apply(_ operation: Int, _ image: [SIMD3<Float>]) -> [SIMD3<Float>] {
    let mean = image.map(grey).reduce(0, +) / Float(image.count)
    return image.map { colour in
      switch operation {
      case 0: colour * 1.3
      case 1: 0.6 * colour + 0.4 * SIMD3(repeating: mean)
      case 2: 1.5 * colour - 0.5 * SIMD3(repeating: grey(colour))
      default:
        ColourMap.jitter(brightness: 1, contrast: 1, saturation: 1, hue: 0.15, meanGrey: 0)(colour)
      }
    }
  }

  @Test func oneMatrixIsWhatTheFourOperationsGiveInEveryOrder() {
    let mean = colours.map(grey).reduce(0, +) / Float(colours.count)
    let map = ColourMap.jitter(
      brightness: 1.3, contrast: 0.6, saturation: 1.5, hue: 0.15, meanGrey: mean)
    var random = CounterRandom(seed: 1)
    for _ in 0..<24 {
      let image = random.permutation(of: 4).reduce(colours) { apply($1, $0) }
      for (colour, expected) in zip(colours, image) {
        // A dozen float32 roundings of numbers below 2.
        #expect(farthest(map(colour), expected) < 2e-6)
      }
    }
  }

  @Test func hueKeepsGreyAndComesRoundAfterAWholeTurn() {
    for colour in colours {
      let turned = ColourMap.jitter(
        brightness: 1, contrast: 1, saturation: 1, hue: 0.3, meanGrey: 0)(colour)
      #expect(grey(turned).isApproximately(grey(colour), within: 1e-6))
      let round = ColourMap.jitter(
        brightness: 1, contrast: 1, saturation: 1, hue: 1, meanGrey: 0)(colour)
      #expect(farthest(round, colour) < 2e-6)
    }
  }

  @Test(arguments: [-0.4, -0.05, 0.1, 0.25] as [Float])
  func hueTurnsTheAngleAboutTheGreyAxisByItsAmount(turn: Float) {
    /// Hue and chroma as coordinates in the plane that is perpendicular to the grey axis.
    func chroma(_ colour: SIMD3<Float>) -> (angle: Float, length: Float) {
      let alpha = colour.x - (colour.y + colour.z) / 2
      let beta = Float(0.75).squareRoot() * (colour.y - colour.z)
      return (atan2(beta, alpha) / (2 * .pi), hypot(alpha, beta))
    }
    let map = ColourMap.jitter(
      brightness: 1, contrast: 1, saturation: 1, hue: turn, meanGrey: 0)
    for colour in colours where colour.x != colour.y {
      let (before, after) = (chroma(colour), chroma(map(colour)))
      let difference = after.angle - before.angle - turn
      #expect(abs(difference - difference.rounded()) < 1e-6)
      #expect(after.length.isApproximately(before.length, within: 1e-6))
    }
  }

  @Test func aThirdOfATurnMakesRedGreenAsInHSV() {
    let map = ColourMap.jitter(
      brightness: 1, contrast: 1, saturation: 1, hue: 1 / 3, meanGrey: 0)
    let colour = map([1, 0, 0])
    #expect(colour.y > 0.7 && colour.x.isApproximately(colour.z, within: 1e-6))
  }

  @Test(arguments: Generator.colour)
  func aGeneratorIsTheDerivativeOfItsOneParameterGroup(generator: Generator) throws {
    let mean: Float = 0.45
    let element = try #require(generator.colourElement(meanGrey: mean))
    let step: Float = 0x1p-8
    for colour in colours {
      let values = [step, -step].map { amount in
        var parameters = ViewParameters(of: ImageSize(width: 1, height: 1))
        parameters[generator] = amount
        return parameters.colourMap(meanGrey: mean)(colour)
      }
      let difference = (values[0] - values[1]) / (2 * step)
      // Central differences miss by ε²/6 of the third derivative, (2π)³ for hue: 7e-4.
      #expect(farthest(element(colour), difference) < 2e-3)
    }
  }

  @Test func nothingDoneIsTheIdentityToTheBit() {
    let parameters = ViewParameters(of: ImageSize(width: 4, height: 4))
    #expect(parameters.colourMap(meanGrey: 0.37) == .identity)
    #expect(!parameters.changesColours)
  }
}
