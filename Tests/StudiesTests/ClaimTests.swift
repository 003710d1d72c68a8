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
    #expect(claim.verdict == .supported && claim.note == nil && claim.isPrimary)
    #expect(claim.interval == ClaimRecord.Interval(method: .studentT, level: 0.95))
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
    #expect(claims.allSatisfy { $0.verdict == .supported })
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
