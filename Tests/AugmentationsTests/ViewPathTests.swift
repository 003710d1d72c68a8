import Datasets
import Foundation
import TestSupport
import Testing
import Torch

@testable import Augmentations

@Suite struct ViewPathTests {
  @Test func pointsAreEquallyFarApart() {
    for path in ViewPath.allCases {
      let points = path.coefficients
      #expect(points.count == 5)
      for (earlier, later) in zip(points, points.dropFirst()) {
        #expect((later - earlier).isApproximately(path.spacing, within: 1e-12), "\(path)")
      }
    }
  }

  @Test func aPointIsTheGeneratorsAmountAndNothingElse() {
    let size = ImageSize(width: 64, height: 64)
    for (path, generator) in [
      (ViewPath.rotation, Generator.rotation), (.hue, .hue), (.saturation, .saturation),
    ] {
      for coefficient in path.coefficients {
        let parameters = path.parameters(at: coefficient, of: size, border: .zero)
        var expected = ViewParameters(of: size)
        expected.border = .zero
        expected[generator] = Float(coefficient)
        #expect(parameters == expected, "\(path) \(coefficient)")
      }
    }
    // A variance of 0.5 squares of two pixels.
    let blurred = ViewPath.blur.parameters(at: 0.5, of: size, border: .zero)
    #expect(Double(blurred.blur).isApproximately(2.0.squareRoot(), within: 1e-6))
  }

  @Test func aGreyImageDoesNotMoveAlongColoursNorAnEvenOneAtAll() {
    let grey = ImageDataset(
      name: "grey", height: 8, width: 8,
      pixels: (0..<8 * 8).flatMap { pixel in [UInt8](repeating: UInt8(pixel * 37 % 200), count: 3) }
    )
    let even = ImageDataset(
      name: "even", height: 8, width: 8, pixels: [UInt8](repeating: 90, count: 3 * 64))
    func largestChange(_ data: ImageDataset, _ path: ViewPath) -> Double {
      let source = ViewSource(
        data, policy: PolicyPair(.simCLR(strength: 0.5)), seed: 0, device: .cpu)
      let clean = source.cleanImages(of: [0])
      return path.coefficients.map {
        abs(source.views(of: [0], on: path, at: $0) - clean).max().item
      }.max() ?? .nan
    }
    // float32's rounding of numbers up to 1.
    for path in [ViewPath.hue, .saturation] { #expect(largestChange(grey, path) < 1e-6) }
    for path in [ViewPath.rotation, .blur] {
      #expect(largestChange(grey, path) > 0.01)
      #expect(largestChange(even, path) < 1e-6)
    }
  }
}
