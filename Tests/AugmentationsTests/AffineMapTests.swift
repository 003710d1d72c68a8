import Augmentations
import Foundation
import TestSupport
import Testing
import Torch

@Suite struct AffineMapTests {
  // Double precision through at most a few squarings: 1e-13 leaves two digits of room.
  private let tolerance = 1e-13

  private func exponential(_ generator: Generator, _ amount: Double) -> AffineMap {
    let element = generator.planeElement ?? .zero
    return AffineMap.exponential(
      AffineMap(
        x: (element.xx * amount, element.xy * amount, element.x0 * amount),
        y: (element.yx * amount, element.yy * amount, element.y0 * amount)))
  }

  private func expect(_ map: AffineMap, _ x: [Double], _ y: [Double]) {
    let found = [map.xx, map.xy, map.x0, map.yx, map.yy, map.y0]
    for (value, expected) in zip(found, x + y) {
      #expect(value.isApproximately(expected, within: tolerance))
    }
  }

  @Test(arguments: [-2.5, -0.3, 0.01, 1.7])
  func theExponentialOfEachGeneratorIsItsClosedForm(amount: Double) {
    expect(exponential(.translationX, amount), [1, 0, amount], [0, 1, 0])
    expect(exponential(.translationY, amount), [1, 0, 0], [0, 1, amount])
    let (c, s) = (cos(amount), sin(amount))
    expect(exponential(.rotation, amount), [c, s, 0], [-s, c, 0])
    let scale = exp(amount)
    for (value, expected) in zip(
      [exponential(.logScale, amount).xx, exponential(.logScale, amount).yy], [scale, scale])
    {
      #expect(value.isApproximately(expected, relative: tolerance))
    }
    expect(exponential(.logAspect, amount), [exp(amount / 2), 0, 0], [0, exp(-amount / 2), 0])
    expect(exponential(.shearX, amount), [1, amount, 0], [0, 1, 0])
    expect(exponential(.shearY, amount), [1, 0, 0], [amount, 1, 0])
  }

  @Test func theExponentialOfASumIsTheLimitOfManySmallSteps() {
    let element = AffineMap(x: (0.2, 0.9, 0.4), y: (-0.7, -0.1, 0.3))
    let steps = 1 << 20
    let part = 1 / Double(steps)
    var power = AffineMap(
      x: (1 + 0.2 * part, 0.9 * part, 0.4 * part), y: (-0.7 * part, 1 - 0.1 * part, 0.3 * part))
    for _ in 0..<20 { power = power.after(power) }
    let exact = AffineMap.exponential(element)
    // (1 + G/n)ⁿ misses exp G by about ‖G‖²/2n, here 5e-7.
    #expect(exact.xy.isApproximately(power.xy, within: 2e-6))
    #expect(exact.x0.isApproximately(power.x0, within: 2e-6))
    #expect(exact.yy.isApproximately(power.yy, within: 2e-6))
  }

  @Test func theExponentialOfZeroIsTheIdentityToTheBit() {
    #expect(AffineMap.exponential(.zero) == .identity)
  }

  @Test func aTurnIsUndoneByTheOppositeTurn() {
    let there = exponential(.rotation, 0.4)
    let back = exponential(.rotation, -0.4)
    expect(there.after(back), [1, 0, 0], [0, 1, 0])
  }
}
