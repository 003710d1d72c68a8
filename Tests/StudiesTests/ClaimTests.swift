import Foundation
import Records
import Studies
import TestSupport
import Testing

/// What figures say of claims.
struct ClaimTests {
  private static let grid = "axes: {strength: [0.0, 0.5, 1.0], seed: [0, 1, 2, 3, 4, 5, 6, 7]}\n"

  private static func claim(_ rest: String, direction: String = "positive") -> String {
    "{id: a, statement: s, direction: \(direction), \(rest)}"
  }

  private func claims(
    _ text: String, _ figures: (StudyRun) -> MadeUpStudy.Figures?
  ) throws -> [ClaimRecord] {
    try MadeUpStudy.results(text, figures: figures) { $0.claims }
  }

  @Test func aSlopeIsFittedForEachSeed() throws {
    let text =
      Self.grid + "claims: ["
      + Self.claim(
        "statistic: slope, of: ln(z.rankme) - ln(h.rankme), axis: strength", direction: "negative")
      + "]"
    let claim = try #require(
      claims(text) { run in
        let slope = -1 - Double(run.configuration.seed) / 10
        return (["rankme": 2], ["rankme": 2 * exp(slope * run.configuration.strength)])
      }.first)
    #expect(claim.seeds == [0, 1, 2, 3, 4, 5, 6, 7])
    for (seed, effect) in zip(claim.seeds, claim.effects) {
      #expect(effect.isApproximately(-1 - Double(seed) / 10, within: 1e-12))
    }
    #expect(try #require(claim.effect).isApproximately(-1.35, within: 1e-12))
    #expect(claim.p == 1.0 / 256 && claim.correctedP == 1.0 / 256)
    #expect(claim.verdict == .supported && claim.note == nil)
    #expect(claim.axis == "strength" && claim.direction == -1)
    #expect(claim.points.count == 8 * 3 * 2)
    #expect(claim.points[0].series == "z" && claim.points[1].series == "h")
    #expect(claim.points[0].setting == 0.0 && claim.points[2].setting == 0.5)
    #expect(claim.points[0].run.hasPrefix("strength-0.0_seed-0_"))
  }

  @Test func aDifferenceIsPairedOverSeeds() throws {
    let text =
      Self.grid
      + "claims: [\(Self.claim("statistic: difference, of: h.rankme, axis: strength, between: [0.0, 1]"))]"
    let claim = try #require(
      claims(text) { run in
        // The seed matters more than the strength, but not for the difference.
        (["rankme": Double(100 * run.configuration.seed) + run.configuration.strength], [:])
      }.first)
    #expect(claim.effects == Array(repeating: 1, count: 8))
    #expect(claim.lower == 1 && claim.upper == 1 && claim.verdict == .supported)
    #expect(Set(claim.points.map(\.setting.doubleValue)) == [0, 1])
    #expect(claim.points.allSatisfy { $0.series == nil })
  }

  @Test func aMeanIsOfOnePlaceOrAveragedOverAnAxis() throws {
    let text = """
      \(Self.grid)claims:
        - \(Self.claim("statistic: mean, of: h.rankme - z.rankme, where: {strength: 0.5}"))
        - \(Self.claim("statistic: mean, of: h.rankme - z.rankme, average: strength").replacing("id: a", with: "id: b"))
      """
    let claims = try claims(text) { run in
      (["rankme": 3 + run.configuration.strength], ["rankme": 1])
    }
    #expect(claims[0].effects == Array(repeating: 2.5, count: 8))
    #expect(claims[0].points.allSatisfy { $0.setting == .null })
    #expect(claims[1].effects == Array(repeating: 2.5, count: 8))
    #expect(claims[1].points.count == 48)
    #expect(claims[1].points.last?.setting == 1.0)
    #expect(claims[1].statistic == "h.rankme - z.rankme, averaged over strength")
    #expect(claims.allSatisfy { $0.p == 1.0 / 256 && $0.correctedP == 2.0 / 256 })
  }

  @Test func seedsWithoutARunOrAFigureDropAndAreNamed() throws {
    let text =
      Self.grid
      + "claims: [\(Self.claim("statistic: difference, of: h.rankme, axis: strength, between: [0.0, 1]"))]"
    let claim = try #require(
      claims(text) { run in
        if run.configuration.seed == 2 && run.configuration.strength == 1 { return nil }
        if run.configuration.seed > 5 { return (["alpha": 1], [:]) }
        return (["rankme": run.configuration.strength], [:])
      }.first)
    #expect(claim.seeds == [0, 1, 3, 4, 5])
    #expect(
      claim.note
        == "without seed 2: no finished run at strength 1.0; without seeds 6, 7: h.rankme was not measured"
    )
    #expect(claim.points.allSatisfy { claim.seeds.contains($0.seed) })
    #expect(claim.verdict == .supported)
  }

  @Test(arguments: [
    (Array(repeating: 1.0, count: 8), "positive", ClaimRecord.Verdict.supported),
    (Array(repeating: 1.0, count: 8), "either", .supported),
    (Array(repeating: 1.0, count: 8), "negative", .contradicted),
    ([1, -1, 1, -1, 1, -1, 1, -1.5], "positive", .notSupported),
    ([1, -1, 1, -1, 1, -1, 1, -1.5], "either", .notSupported),
    ([1, 1, 1, 1], "positive", .tooFewSeeds),
    // At five seeds an effect on the other side is one too many, whatever the interval says.
    ([1, 1, 1, 1, 1], "positive", .supported),
    ([1, 1, 1, 1, -0.01], "positive", .notSupported),
    // Two-sided, five seeds cannot give a p below 0.05.
    ([1, 1, 1, 1, 1], "either", .tooFewSeeds), ([], "positive", .tooFewSeeds),
  ])
  func theVerdictFollowsFromIntervalAndP(
    _ effects: [Double], _ direction: String, _ verdict: ClaimRecord.Verdict
  ) throws {
    let seeds = effects.isEmpty ? [0] : Array(effects.indices)
    let text = """
      axes: {seed: \(seeds)}
      claims: [\(Self.claim("statistic: mean, of: h.rankme", direction: direction))]
      """
    let claim = try #require(
      claims(text) { run in
        effects.isEmpty ? nil : (["rankme": effects[run.configuration.seed]], [:])
      }.first)
    #expect(claim.verdict == verdict, "\(claim)")
    #expect((claim.effect == nil) == effects.isEmpty)
  }

  @Test func whereSeedsAreTooFewForTheCorrectionItIsSaidAndNotHeldAgainstAClaim() throws {
    let one = Self.claim("statistic: mean, of: h.rankme")
    let text = """
      axes: {seed: [0, 1, 2, 3, 4]}
      claims: [\(one), \(one.replacing("id: a", with: "id: b"))]
      """
    let claims = try claims(text) { _ in (["rankme": 1], [:]) }
    for claim in claims {
      #expect(claim.p == 0.03125 && claim.correctedP == 0.0625 && claim.verdict == .supported)
      #expect(claim.note?.contains("no corrected p can be below 0.05") == true)
    }
    // With six seeds it can, so it must.
    let more = text.replacing("3, 4]", with: "3, 4, 5]")
    let mixed = try self.claims(more) { run in
      (["rankme": run.configuration.seed == 0 ? -0.1 : 1], [:])
    }
    #expect(mixed.allSatisfy { $0.p == 0.03125 && $0.verdict == .notSupported && $0.note == nil })
  }

  @Test func otherSettingsAreFixedByWhere() throws {
    let text = """
      axes: {head: [none, 'linear:8'], strength: [0.0, 1.0], seed: [0, 1, 2, 3, 4]}
      claims: [\(Self.claim("statistic: slope, of: h.rankme, axis: strength, where: {head: 'linear:8'}"))]
      """
    let claim = try #require(
      claims(text) { run in
        (["rankme": (run.configuration.head == .none ? -1 : 1) * run.configuration.strength], [:])
      }.first)
    #expect(claim.effects == [1, 1, 1, 1, 1])
    #expect(claim.points.allSatisfy { $0.run.contains("linear-8") })
  }

  @Test func quickKeepsTheClaimsAndHasNoVerdicts() throws {
    let text =
      Self.grid + "quick: {seed: [0, 1]}\n"
      + "claims: [\(Self.claim("statistic: slope, of: h.rankme, axis: strength"))]"
    let claims = try MadeUpStudy.results(
      text, isQuick: true, figures: { (["rankme": $0.configuration.strength], [:]) }
    ) { $0.claims }
    #expect(claims[0].effects == [1, 1] && claims[0].verdict == .tooFewSeeds)
    #expect(claims[0].lower == 1 && claims[0].note == nil)
  }
}
