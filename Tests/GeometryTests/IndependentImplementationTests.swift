import Foundation
import Geometry
import TestSupport
import Testing
import Torch

/// Against NumPy, SciPy, plain loops and scikit-dimension; `Tests/Fixtures/README.md` says how.
@Suite struct IndependentImplementationTests {
  // Both sides decompose in float64; what is left is rounding, far below the 10⁻⁶ that is asked for.
  private let algebra = 1e-9

  @Test(arguments: ["tall", "wide", "rank_deficient", "power_law", "four_equal"])
  func spectraAndRanksAreNumPys(name: String) throws {
    let fixture = try Fixture("spectrum.safetensors")
    let matrix = fixture["\(name).matrix"]
    let centered = try Spectrum(of: matrix, centered: true)
    let sigma = fixture.numbers("\(name).singular_values")
    #expect(centered.singularValues.count == sigma.count)
    for (ours, theirs) in zip(centered.singularValues, sigma) {
      #expect(ours.isApproximately(theirs, within: 1e-13 * sigma[0]))
    }
    // Shares of rounding add up: 10⁻¹⁵ of σ₁ times its logarithm, for each σ that should be zero.
    let rankMe = try Spectrum(of: matrix, centered: false).rankMe
    for (ours, key) in [
      (centered.effectiveRank, "effective_rank"),
      (centered.effectiveRankCovariance, "effective_rank_covariance"), (rankMe, "rankme"),
      (centered.stableRank, "stable_rank"), (centered.nesum, "nesum"),
      (centered.participationRatio, "participation_ratio"),
    ] {
      #expect(ours.isApproximately(fixture.number("\(name).\(key)"), relative: algebra), "\(key)")
    }
    #expect(Double(centered.numericalRank) == fixture.number("\(name).numerical_rank"))
    let normalized = try Spectrum(of: matrix, centered: true, rowNormalized: true).logSpectrum
    let logarithms = fixture.numbers("\(name).spectrum")
    for (ours, theirs) in zip(normalized, logarithms) {
      // A σ is known to rounding of the largest, so the logarithm of a small one to less.
      #expect(
        pow(10, ours).isApproximately(pow(10, theirs), within: 1e-13 * pow(10, logarithms[0])))
    }
    if fixture.has("\(name).alpha") {
      let law = try #require(centered.powerLaw)
      #expect(law.exponent.isApproximately(fixture.number("\(name).alpha"), relative: algebra))
      #expect(
        law.determination.isApproximately(fixture.number("\(name).alpha_r2"), relative: algebra))
    }
  }

  @Test func viewStatisticsAreThoseOfPlainLoops() throws {
    let fixture = try Fixture("spectrum.safetensors")
    // As float64, so that the tiles' products are made in it too.
    let clean = fixture["views.clean"].to(.float64)
    let first = fixture["views.a"].to(.float64)
    let second = fixture["views.a_prime"].to(.float64)
    let orbits = fixture["views.orbits"]
    let views = (0..<orbits.size(1)).map { orbits.select($0, along: 1) }
    for (ours, key) in [
      (try invariance(first, second), "invariance"),
      (try invariance(clean, first), "invariance_clean"),
      (try alignment(first, second), "alignment"), (try uniformity(first), "uniformity"),
      (try uniformity(clean), "uniformity_clean"), (try orbitSpread(views: views), "orbit_spread"),
    ] {
      #expect(ours.isApproximately(fixture.number("views.\(key)"), relative: algebra), "\(key)")
    }
    // From float32, products are made in float32: 10⁻⁷ each, averaged over 780 pairs.
    let single = try uniformity(fixture["views.a"])
    #expect(single.isApproximately(fixture.number("views.uniformity"), relative: 1e-6))
  }

  @Test func centeredKernelAlignmentIsNumPys() throws {
    let fixture = try Fixture("spectrum.safetensors")
    for other in ["y", "unrelated"] {
      let similarity = try CenteredKernelAlignment(fixture["cka.x"], fixture["cka.\(other)"])
      #expect(
        similarity.value.isApproximately(fixture.number("cka.x_\(other)"), relative: algebra))
      #expect(
        try #require(similarity.debiased)
          .isApproximately(fixture.number("cka.x_\(other)_debiased"), relative: algebra))
    }
  }

  @Test(arguments: ["plane", "roll", "duplicates"])
  func intrinsicDimensionIsThatOfPlainLoops(name: String) throws {
    let fixture = try Fixture("spectrum.safetensors")
    let points = fixture["dimension.\(name).matrix"]
    for neighbors in [10, 20] {
      let dimension = try IntrinsicDimension(of: points, neighborCount: neighbors)
      #expect(dimension.distinctCount == 300)
      #expect(
        dimension.twoNN.isApproximately(
          fixture.number("dimension.\(name).two_nn"), relative: algebra))
      #expect(
        dimension.maximumLikelihood.isApproximately(
          fixture.number("dimension.\(name).levina_bickel_\(neighbors)"), relative: algebra))
    }
  }

  @Test func censoredTwoNNIsScikitDimensions() throws {
    let fixture = try Fixture("planes.safetensors")
    let dimension = try IntrinsicDimension(of: fixture["two_nn.points"])
    // Its neighbours' distances come from a tree, in float64 as well.
    #expect(
      dimension.twoNNCensored.isApproximately(fixture.number("two_nn.censored"), relative: 1e-6))
  }

  @Test func lidarIsSciPysGeneralizedEigenproblem() throws {
    let fixture = try Fixture("planes.safetensors")
    let views = fixture["lidar.views"]
    let rank = try lidar(views: (0..<views.size(1)).map { views.select($0, along: 1) })
    #expect(rank.isApproximately(fixture.number("lidar.rank"), relative: algebra))
  }
}
