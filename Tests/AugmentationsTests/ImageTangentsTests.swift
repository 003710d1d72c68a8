import Augmentations
import Foundation
import Testing
import Torch

@Suite struct ImageTangentsTests {
  /// A smooth image, known everywhere with its gradient, in coordinates about the middle.
  struct Pattern: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var value: @Sendable (Double, Double) -> Double
    var gradient: @Sendable (Double, Double) -> (Double, Double)
    /// The largest third derivative.
    var roughness: Double
  }

  static let patterns = [
    Pattern(
      testDescription: "Gaussian blob",
      value: { exp(-8 * ($0 * $0 + $1 * $1)) },
      gradient: { u, v in
        let height = exp(-8 * (u * u + v * v))
        return (-16 * u * height, -16 * v * height)
      }, roughness: 90),
    Pattern(
      testDescription: "ramp",
      value: { 0.5 + 0.3 * $0 - 0.2 * $1 }, gradient: { _, _ in (0.3, -0.2) }, roughness: 0),
    Pattern(
      testDescription: "sinusoid",
      value: { 0.5 + 0.4 * sin(5 * $0 + 3 * $1) },
      gradient: { u, v in (2 * cos(5 * u + 3 * v), 1.2 * cos(5 * u + 3 * v)) }, roughness: 80),
  ]

  private let side = 64

  private func place(_ pixel: Int) -> Double { (Double(pixel) + 0.5) / Double(side) - 0.5 }

  private func image(_ value: (Double, Double, Int) -> Double) -> Tensor {
    let values = (0..<3).flatMap { channel in
      (0..<side * side).map { Float(value(place($0 % side), place($0 / side), channel)) }
    }
    return Tensor(values, shape: [1, 3, side, side])
  }

  @Test(arguments: patterns, Generator.geometric)
  func geometryIsTheNegativeGradientAlongTheFlow(pattern: Pattern, generator: Generator) throws {
    let tangents = generator.tangents(of: image { u, v, _ in pattern.value(u, v) })
      .scalars(Float.self)
    let flow = try #require(generator.planeElement)
    // Linear interpolation and central differences, each h²/6 of the third derivative times the flow's
    // speed; float32 rounding over a step of a pixel.
    let pixel = 1 / Double(side)
    let tolerance = 2 * pixel * pixel / 6 * pattern.roughness + 4e-5
    var worst = 0.0
    for y in 2..<side - 2 {
      for x in 2..<side - 2 {
        let (u, v) = (place(x), place(y))
        let velocity = flow(u, v)
        let gradient = pattern.gradient(u, v)
        let expected = -(gradient.0 * velocity.x + gradient.1 * velocity.y)
        let found = Double(tangents[y * side + x])
        worst = max(worst, abs(found - expected))
      }
    }
    #expect(worst < tolerance)
  }

  @Test(arguments: Generator.colour)
  func coloursAreTheDerivativeOfTheView(generator: Generator) {
    // Values that no step clamps.
    let image = image { u, v, channel in
      0.5 + 0.15 * sin(4 * u + Double(channel)) + 0.1 * cos(6 * v * u - Double(channel))
    }
    func view(_ coefficient: Float) -> Tensor {
      var parameters = ViewParameters(of: ImageSize(width: side, height: side))
      parameters[generator] = coefficient
      return TensorViews.render(image, [parameters], side: side)
    }
    let step: Float = 0x1p-7
    let difference = (view(step) - view(-step)) / Double(2 * step)
    let tangents = generator.tangents(of: image)
    // ε²/6 of the third derivative: (2π)³·0.3 for hue, 8e-4; and rounding over 2ε, 1e-5.
    #expect(abs(tangents - difference).max().item < 1.5e-3)
    #expect(tangents.norm().item > 0)
  }

  @Test func contrastLeavesTheMeanGreyAndSaturationEachGrey() {
    let image = image { u, v, channel in 0.5 + 0.3 * sin(4 * u + Double(channel)) * cos(3 * v) }
    let weights = Tensor([0.299, 0.587, 0.114] as [Float], shape: [1, 3, 1, 1])
    func grey(_ tangents: Tensor) -> Tensor { (tangents * weights).sum(along: [1]) }
    #expect(abs(grey(Generator.contrast.tangents(of: image)).mean()).item < 1e-6)
    #expect(abs(grey(Generator.saturation.tangents(of: image))).max().item < 1e-6)
    #expect(abs(grey(Generator.hue.tangents(of: image))).max().item < 1e-6)
  }
}
