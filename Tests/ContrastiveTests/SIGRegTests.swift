import Foundation
import TestSupport
import Testing
import Torch
import TorchNN

import Contrastive

struct SIGRegTests {
  private let root = (2 * Double.pi).squareRoot()

  @Test func embeddingsThatHaveCollapsedCostWhatTheIntegralSays() {
    // φ = 1: N ∫ (1 − e^{−t²/2})² e^{−t²/2} dt. Beyond 5 lies less than 10⁻⁵ of it; trapezoids are exact to 10⁻⁷.
    let expected = 10 * root * (1 - 2 / 2.0.squareRoot() + 1 / 3.0.squareRoot())
    let loss = SIGReg(weight: 1).loss(of: .zeros([20, 4], .float64), views: 2)
    #expect(loss.item.isApproximately(expected, within: 1e-4))
  }

  @Test func normalEmbeddingsCostWhatChanceMakes() {
    // E N|φ̂ − φ|² = 1 − φ²: ∫ (1 − e^{−t²}) e^{−t²/2} dt, of 2,048 nearly independent slices that deviate by about 1.
    let expected = root * (1 - 1 / 3.0.squareRoot())
    let z = Samples.normal(seed: 3, [2 * 1500, 64])
    let loss = SIGReg(weight: 1).loss(of: z, views: 2)
    #expect(loss.item.isApproximately(expected, within: 0.1))
  }

  @Test func viewsThatAgreeCostNothingBesides() {
    let one = Samples.normal(seed: 1, [5, 3])
    let loss = SIGReg(weight: 0).loss(of: .concatenated([one, one]), views: 2)
    #expect(loss.item.isApproximately(0, within: 1e-15))
  }

  @Test func eachStepHasDirectionsOfItsOwnAndAResumedOneTheSame() throws {
    let objective = SIGReg(slices: 7)
    let first = objective.directions(dimension: 3)
    let lengths = first.squared().sum(along: [0]).scalars(Float.self)
    #expect(lengths.count == 7 && lengths.allSatisfy { abs($0 - 1) < 1e-5 })
    objective.finishStep(on: EmbeddedViews(.zeros([4, 3]), views: 2))
    let second = objective.directions(dimension: 3)
    #expect(abs(first - second).max().item > 0.1)
    let resumed = SIGReg(slices: 7)
    try resumed.load(objective.state)
    #expect(resumed.directions(dimension: 3).scalars(Float.self) == second.scalars(Float.self))
  }
}
