import Foundation
import Records
import RunStore
import Studies
import TestSupport
import Testing

/// What becomes of claims whose seeds have given effects.
struct VerdictTests {
  /// A claim for each of `effects`, in its direction; those named are primary, or all of them.
  private func claims(
    _ effects: [(id: String, direction: String, effects: [Double])], primary: [String]? = nil
  ) throws -> [ClaimRecord] {
    let seeds = effects[0].effects.indices
    var text = "axes: {seed: \(seeds.isEmpty ? [0] : Array(seeds))}\n"
    if let primary { text += "primary: [\(primary.joined(separator: ", "))]\n" }
    text += "claims:\n"
    let keys = ["rankme", "alpha", "nesum", "knn_top1", "linear_top1", "stable_rank"]
    for (claim, key) in zip(effects, keys) {
      text += "  - {id: \(claim.id), statement: s, statistic: mean, of: h.\(key), "
      text += "direction: \(claim.direction)}\n"
    }
    return try MadeUpStudy.results(
      text,
      figures: { run in
        guard !seeds.isEmpty else { return nil }
        let values = effects.map { $0.effects[run.configuration.seed] }
        return (Dictionary(zip(keys, values)) { first, _ in first }, [:])
      }
    ) { $0.claims }
  }

  private static let eight = Array(repeating: 1.0, count: 8)
  private static let mixed = [1, -1, 1, -1, 1, -1, 1, -1.5]

  @Test(arguments: [
    (eight, "positive", ClaimRecord.Verdict.supported), (eight, "either", .supported),
    (eight, "negative", .contradicted), (mixed, "positive", .notSupported),
    (mixed, "negative", .notSupported), (mixed, "either", .notSupported),
    ([1, 1, 1, 1], "positive", .tooFewSeeds), ([], "positive", .tooFewSeeds),
    // At five seeds an effect on the other side is one too many.
    ([1, 1, 1, 1, 1], "positive", .supported), ([1, 1, 1, 1, 1], "negative", .contradicted),
    ([1, 1, 1, 1, -0.01], "positive", .notSupported),
    ([1, 1, 1, 1, 1], "either", .notSupported), ([1, 1, 1, 1, 1, 1], "either", .supported),
    ([0, 0, 0, 0, 0], "positive", .notSupported),
  ])
  func aSingleClaimsVerdictFollowsFromItsTest(
    _ effects: [Double], _ direction: String, _ verdict: ClaimRecord.Verdict
  ) throws {
    let claim = try #require(try claims([("a", direction, effects)]).first)
    #expect(claim.verdict == verdict, "\(claim)")
    #expect(claim.isPrimary && claim.correctedP == claim.p)
    #expect((claim.effect == nil) == effects.isEmpty)
    #expect((claim.interval != nil) == (effects.count > 1))
  }

  @Test func noPrimaryClaimHasAVerdictFromAPThatIsNotCorrected() throws {
    let five = Array(repeating: 1.0, count: 5)
    let claims = try claims([("a", "positive", five), ("b", "positive", five)])
    for claim in claims {
      #expect(claim.p == 0.03125 && claim.correctedP == 0.0625)
      #expect(claim.verdict == .notSupported)
      #expect(
        claim.note
          == "with 5 seeds and 2 primary claims no corrected p can be below 0.05: take 6 seeds, or fewer "
          + "primary claims; its own test passes, and its correction fails it")
    }
    // With six seeds it can, so one that is not has only itself to blame.
    let six = [-0.1, 1, 1, 1, 1, 1]
    for claim in try self.claims([("a", "positive", six), ("b", "positive", six)]) {
      #expect(claim.p == 0.03125 && claim.correctedP == 0.0625)
      #expect(claim.verdict == .notSupported)
      #expect(claim.note == "its own test passes, and its correction fails it")
    }
  }

  @Test func onlyPrimaryClaimsAreCorrectedAndOnlyTheyCanBeSupported() throws {
    let five = Array(repeating: 1.0, count: 5)
    let claims = try claims(
      [("a", "positive", five), ("b", "positive", five), ("c", "negative", five)], primary: ["b"])
    #expect(claims.map(\.isPrimary) == [false, true, false])
    #expect(claims.map(\.correctedP) == [nil, 0.03125, nil])
    #expect(claims.map(\.verdict) == [.supportedUncorrected, .supported, .contradicted])
    #expect(claims.allSatisfy { $0.note == nil })
  }

  @Test func whatContradictsAPrimaryClaimIsCorrectedAsWhatSupportsIt() throws {
    let five = Array(repeating: 1.0, count: 5)
    let few = try claims([("a", "negative", five), ("b", "positive", five)])
    #expect(few.map(\.verdict) == [.notSupported, .notSupported])
    #expect(few[0].note?.hasSuffix("the opposite side passes its test uncorrected") == true)
    let six = Array(repeating: 1.0, count: 6)
    let enough = try claims([("a", "negative", six), ("b", "negative", six)])
    #expect(enough.allSatisfy { $0.verdict == .contradicted && $0.note == nil && $0.p == 1 })
  }

  @Test func theMeanMustLieOnTheSideThatPasses() throws {
    // Nine of ten ranks are positive, but the tenth effect outweighs them all.
    let heavy = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, -50]
    let claim = try #require(try claims([("a", "positive", heavy)]).first)
    // Of 2¹⁰ signs 43 give a sum of ranks of 45 or more.
    #expect(claim.p == 43.0 / 1024)
    #expect(try #require(claim.effect) < 0)
    #expect(claim.verdict == .notSupported)
  }

  @Test func anIntervalThatHoldsZeroBesideATestThatPassesIsNoted() throws {
    let uneven = [0.01, 0.02, 0.03, 0.04, 9]
    let claim = try #require(try claims([("a", "positive", uneven)]).first)
    #expect(claim.verdict == .supported)
    #expect(try #require(claim.lower) < 0)
    #expect(claim.note?.hasPrefix("the interval holds 0 although the test passes") == true)
  }

  @Test func fiveSeedsCannotShowAnEffectOfEitherSign() throws {
    let five = Array(repeating: 1.0, count: 5)
    let claim = try #require(try claims([("a", "either", five)]).first)
    #expect(claim.note == "with 5 seeds no two-sided p can be below 0.05: take 6")
  }

  @Test func anEffectThatIsNotFiniteIsNamedAndLeftOut() throws {
    let text = """
      axes: {strength: [0.0, 1.0], seed: [0, 1, 2, 3, 4, 5]}
      claims: [{id: a, statement: s, statistic: difference, of: h.rankme, axis: strength, direction: positive}]
      """
    let claim = try #require(
      try MadeUpStudy.results(
        text,
        figures: { run in
          let size = run.configuration.seed == 3 ? 1.7e308 : 1
          return (["rankme": run.configuration.strength > 0 ? size : -size], [:])
        }
      ) { $0.claims }.first)
    #expect(claim.seeds == [0, 1, 2, 4, 5] && claim.effect == 2)
    #expect(claim.note == "without seed 3: the effect is not finite")
  }
}
