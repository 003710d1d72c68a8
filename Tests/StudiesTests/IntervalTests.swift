import Foundation
import Records
import RunStore
import Studies
import Testing
import Torch

/// What intervals and corrections promise over many studies, and where there is nothing to promise.
struct IntervalTests {
  private static let trials = 2000

  /// How often the interval of `count` effects holds their true mean, over studies whose effects `draw` makes.
  private func coverage(
    _ count: Int, mean: Double, _ draw: (inout CounterRandom) -> Double
  ) throws -> Double {
    // What the program draws anew for every claim is the same for equal counts.
    let resamples = Resamples(of: count, number: 1000)
    var covered = 0
    for trial in 0..<Self.trials {
      var random = CounterRandom(seed: 84, UInt32(count), UInt32(trial))
      let effects = (0..<count).map { _ in draw(&random) }
      let interval = try #require(EffectInterval(effects, resamples: resamples))
      if interval.ends.contains(mean) { covered += 1 }
    }
    return Double(covered) / Double(Self.trials)
  }

  @Test(arguments: [5, 8, 10, 20])
  func intervalsOfNormalEffectsHoldTheTruthAsOftenAsTheySay(_ count: Int) throws {
    let found = try coverage(count, mean: 0) { Double($0.normal()) }
    // The standard error of 2,000 trials is 0.0049: four of them either way.
    #expect(found.isApproximately(0.95, within: 0.02), "\(found)")
  }

  @Test(arguments: [5, 8, 10, 20])
  func intervalsOfSkewedEffectsHoldTheTruthALittleLessOften(_ count: Int) throws {
    // Log-normal of σ 0.4, whose skewness is 1.3.
    let found = try coverage(count, mean: exp(0.08)) { exp(0.4 * Double($0.normal())) }
    #expect(found.isApproximately(0.935, within: 0.02), "\(found)")
  }

  @Test(arguments: [8, 10])
  func intervalsOfMeansOverFourDataSetsHoldTheTruthAsOftenAsTheySay(_ count: Int) throws {
    // Data sets of unlike means and spreads, the effects of two of them skewed.
    let mean = (1 + exp(0.08) + 3 + 3 * exp(0.08)) / 4
    let found = try coverage(count, mean: mean) { random in
      let plain = 1 + Double(random.normal()) + 3 + 0.1 * Double(random.normal())
      let skewed = exp(0.4 * Double(random.normal())) + 3 * exp(0.4 * Double(random.normal()))
      return (plain + skewed) / 4
    }
    #expect(found.isApproximately(0.95, within: 0.02), "\(found)")
  }

  @Test func amongNineClaimsThatAreAllFalseOneIsSupportedInFewerThanATwentiethOfStudies() {
    let (studies, claims, seeds) = (2000, 9, 8)
    var corrected = 0
    var uncorrected = 0
    for study in 0..<studies {
      var random = CounterRandom(seed: 9, UInt32(study))
      let p = (0..<claims).compactMap { _ in
        Wilcoxon.p((0..<seeds).map { _ in Double(random.normal()) }, .greater)
      }
      if Holm.corrected(p).contains(where: { $0 < 0.05 }) { corrected += 1 }
      if p.contains(where: { $0 < 0.05 }) { uncorrected += 1 }
    }
    // Of 2⁸ signs one gives p = 1/256, which nine claims need, and 10 a p below 0.05. Three standard errors
    // of 2,000 studies.
    let rate = Double(corrected) / Double(studies)
    #expect(rate < 0.05)
    #expect(rate.isApproximately(1 - pow(255.0 / 256, 9), within: 0.0123), "\(rate)")
    let naive = Double(uncorrected) / Double(studies)
    #expect(naive.isApproximately(1 - pow(246.0 / 256, 9), within: 0.031), "\(naive)")
  }

  @Test func fromTenEffectsOnTheIntervalIsTheBootstraps() throws {
    let effects = (1...10).map { Double($0 * $0) }
    let nine = try #require(EffectInterval(Array(effects.prefix(9))))
    let ten = try #require(EffectInterval(effects))
    #expect(nine.kind == ClaimRecord.Interval(method: .studentT, level: 0.95))
    #expect(ten.kind == ClaimRecord.Interval(method: .expandedBCa, level: 0.95))
    #expect(ten == EffectInterval(effects))
    // Skewed to the right, and so is the interval; t has its middle at the mean.
    #expect(ten.ends.upperBound - 38.5 > 38.5 - ten.ends.lowerBound)
    let mean = effects.prefix(9).reduce(0, +) / 9
    let middle = (nine.ends.lowerBound + nine.ends.upperBound) / 2
    #expect(middle.isApproximately(mean, relative: 1e-14))
  }

  @Test(arguments: [2, 5, 9, 10, 40])
  func effectsThatAreAllEqualAreTheirOwnInterval(_ count: Int) {
    for value in [0.1, -3, 0, 1e300] {
      #expect(EffectInterval(Array(repeating: value, count: count))?.ends == value...value)
    }
  }

  @Test(arguments: [5, 10])
  func whatIsNoNumberHasNoInterval(_ count: Int) {
    let others = (1..<count).map { Double($0) }
    for value in [Double.nan, .infinity, -.infinity] {
      #expect(EffectInterval(others + [value]) == nil)
    }
    // Squares of these are beyond all numbers.
    let huge = (0..<count).map { $0.isMultiple(of: 2) ? 1.7e308 : -1.7e308 }
    #expect(EffectInterval(huge) == nil)
    #expect(EffectInterval([]) == nil && EffectInterval([1]) == nil)
  }

  @Test func aSignedRankTestOfWhatIsNoNumberSaysNothing() {
    #expect(Wilcoxon.p([1, .nan, 2], .greater) == nil)
    #expect(Wilcoxon.p([1, .infinity, 2], .greater) == 0.125)
  }
}
