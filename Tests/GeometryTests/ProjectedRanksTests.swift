import Geometry
import TestSupport
import Testing
import Torch

@Suite struct ProjectedRanksTests {
  @Test func ranksOfTheLeadingComponentsAreThoseOfProjectedPoints() throws {
    let fixture = try Fixture("measures.safetensors")
    let whole = try Spectrum(of: fixture["projected.points"], centered: true)
    let leading = whole.leading(7)
    #expect(leading.dimension == 7 && leading.sampleCount == 90 && leading.isCentered)
    for (ours, key) in [
      (leading.effectiveRank, "effective_rank"),
      (leading.effectiveRankCovariance, "effective_rank_covariance"),
      (leading.stableRank, "stable_rank"), (leading.nesum, "stable_rank"),
      (leading.participationRatio, "participation_ratio"),
    ] {
      // Both in float64.
      #expect(ours.isApproximately(fixture.number("projected.\(key)"), relative: 1e-9), "\(key)")
    }
    #expect(whole.leading(20) == whole && whole.leading(50) == whole)
  }

  @Test func equalDirectionsCountAsManyAsAreKept() throws {
    let x = matrix(rows: 50, singularValues: [2, 2, 2, 2, 2])
    let leading = try Spectrum(of: x, centered: true).leading(3)
    #expect(leading.effectiveRank.isApproximately(3, within: 1e-12))
    #expect(leading.participationRatio.isApproximately(3, within: 1e-12))
  }
}
