import Augmentations
import Foundation
import Testing
import Torch

@Suite struct PolicyTests {
  static let pairs = PolicyPair.names

  private func draw(_ policy: Policy, _ sample: Int, source: ImageSize, side: Int = 96)
    -> ViewParameters
  {
    policy.parameters(seed: 5, epoch: 2, sample: sample, view: 1, source: source, side: side)
  }

  @Test(arguments: pairs)
  func strengthZeroIsTheIdentity(name: String) throws {
    let size = ImageSize(width: 96, height: 96)
    let pair = try PolicyPair.named(name, strength: 0)
    for sample in 0..<200 {
      for view in 0..<2 {
        #expect(draw(pair[view], sample, source: size) == ViewParameters(of: size))
      }
    }
  }

  private func widths(_ policy: Policy) -> [Float] {
    let ranges =
      [policy.cropArea, policy.cropAspect, policy.blur.range, policy.noise.range]
      + [policy.posterise.range, policy.cutout.range]
      + Generator.allCases.map { policy[$0].range }
    let probabilities =
      [policy.flipProbability, policy.jitterProbability, policy.greyProbability]
      + [policy.solariseProbability, policy.blur.probability, policy.cropProbability]
    return ranges.map { $0.upperBound - $0.lowerBound } + probabilities
  }

  @Test(arguments: pairs)
  func moreStrengthNeverNarrowsARange(name: String) throws {
    let strengths = (0...40).map { Float($0) / 20 }
    for view in 0..<2 {
      let rows = try strengths.map { widths(try PolicyPair.named(name, strength: $0)[view]) }
      for (weaker, stronger) in zip(rows, rows.dropFirst()) {
        for (narrow, wide) in zip(weaker, stronger) { #expect(narrow <= wide + 1e-6) }
      }
    }
  }

  @Test func strengthOneIsThePublishedPolicy() throws {
    let policy = Policy.simCLR(strength: 1)
    #expect(policy.cropArea == 0.08...1)
    #expect(policy.cropAspect == 3 / 4...4 / 3)
    #expect(policy[.brightness].range == 1 - 0.8...1.8)
    #expect(policy[.hue].range == -0.2...0.2)
    #expect(policy.jitterProbability == 0.8)
    #expect(policy.greyProbability == 0.2)
    #expect(policy.flipProbability == 0.5)
    #expect(policy.blur == Policy.Part(0.1...2, probability: 0.5))
    let byol = PolicyPair.byol()
    #expect(byol[0].blur.probability == 1 && byol[1].blur.probability == 0.1)
    #expect(byol[0].solariseProbability == 0 && byol[1].solariseProbability == 0.2)
  }

  @Test func partsActAsOftenAsTheirProbabilitySays() {
    let count = 20_000
    let views = (0..<count).map {
      draw(.simCLR(), $0, source: ImageSize(width: 96, height: 96))
    }
    func share(_ holds: (ViewParameters) -> Bool) -> Double {
      Double(views.count(where: holds)) / Double(count)
    }
    // Four standard errors of a share at most: 4·√(¼/20000).
    let tolerance = 0.015
    #expect(abs(share { $0.isFlipped } - 0.5) < tolerance)
    #expect(abs(share { $0.isGrey } - 0.2) < tolerance)
    #expect(abs(share { $0.blur > 0 } - 0.5) < tolerance)
    #expect(abs(share { $0.brightness != 1 } - 0.8) < tolerance)
    #expect(share { ($0.brightness == 1) != ($0.hue == 0) } < 0.001, "jitter is all or nothing")
  }

  @Test func smallViewsAreNotBlurred() {
    let size = ImageSize(width: 32, height: 32)
    let blurred = (0..<500).count { draw(.simCLR(), $0, source: size, side: 32).blur > 0 }
    #expect(blurred == 0)
  }

  @Test func aViewIsAFunctionOfItsCoordinatesAlone() {
    let size = ImageSize(width: 40, height: 50)
    let policy = Policy.simCLR()
    func view(_ seed: UInt64, _ epoch: Int, _ sample: Int, _ view: Int) -> ViewParameters {
      policy.parameters(
        seed: seed, epoch: epoch, sample: sample, view: view, source: size, side: 32)
    }
    #expect(view(1, 2, 3, 0) == view(1, 2, 3, 0))
    let others = [view(2, 2, 3, 0), view(1, 3, 3, 0), view(1, 2, 4, 0), view(1, 2, 3, 1)]
    for other in others { #expect(other != view(1, 2, 3, 0)) }
  }

  @Test func aLiePolicyDrawsEachCoefficientWithinItsScaledRange() {
    let policy = Policy.lie([.rotation: 0.4, .hue: 0.2, .contrast: 0.5], strength: 0.5)
    let size = ImageSize(width: 32, height: 32)
    let views = (0..<2000).map { draw(policy, $0, source: size) }
    for (generator, reach) in [(Generator.rotation, Float(0.2)), (.hue, 0.1), (.contrast, 0.25)] {
      let drawn = views.map { $0[generator] }
      #expect(drawn.allSatisfy { abs($0) <= reach * 1.0001 })
      #expect(drawn.min()! < -0.98 * reach && drawn.max()! > 0.98 * reach)
    }
    #expect(views.allSatisfy { $0[.shearX] == 0 && !$0.isFlipped && $0.crop.width == 32 })
  }

  @Test(arguments: [Float.nan, -0.1, 2.5, .infinity])
  func aStrengthThatIsNoneIsAClearError(strength: Float) throws {
    let error = #expect(throws: PolicyError.self) {
      try PolicyPair.named("simclr", strength: strength)
    }
    guard case .strength(let refused) = error else {
      Issue.record("\(error as Any)")
      return
    }
    #expect(refused == strength || refused.isNaN && strength.isNaN)
    #expect(error?.description.contains("from 0 to 2") == true)
  }

  @Test func anUnknownNameSuggestsTheNearest() {
    #expect(throws: PolicyError.unknownPolicy("simclt")) { try PolicyPair.named("simclt") }
    #expect(PolicyError.unknownPolicy("simclt").description.contains("did you mean 'simclr'?"))
    #expect(PolicyError.unknownPolicy("MoCoV2").description.contains("did you mean 'moco_v2'?"))
    #expect(!PolicyError.unknownPolicy("qqqqqqqqqqqq").description.contains("did you mean"))
  }

  @Test func factorsAreFiniteAtTheGreatestStrength() {
    let size = ImageSize(width: 64, height: 48)
    for sample in 0..<50 {
      let factors = draw(.simCLR(strength: 2), sample, source: size).factors
      #expect(factors.count == ViewParameters.factorNames.count)
      #expect(factors.allSatisfy { $0.isFinite })
    }
  }
}
