import Foundation
import Records
import RunStore
import Studies
import TestSupport
import Testing
import Torch

/// Against SciPy, statsmodels and NumPy; `Tests/Fixtures/README.md` says how.
struct StatisticsTests {
  private let tensors: [String: Tensor]

  init() throws {
    tensors = try SafeTensors(path: fixture("studies.safetensors")).tensors
  }

  private func values(_ name: String) throws -> [Double] {
    try #require(tensors[name], "\(name)").scalars()
  }

  private func number(_ name: String) throws -> Double {
    try #require(tensors[name], "\(name)").item
  }

  private func cases(_ topic: String, _ part: String) -> [String] {
    (0...).lazy.map { "\(topic).case\($0)" }.prefix { tensors["\($0).\(part)"] != nil }.map { $0 }
  }

  @Test func signedRanksAreThoseOfSciPy() throws {
    let cases = cases("wilcoxon", "differences")
    #expect(cases.count == 8)
    for name in cases {
      let differences = try values("\(name).differences")
      // Both sum exact binary fractions; for 40 differences SciPy's sums differ in the last bits.
      let expected = try ["greater", "less", "two_sided"].map { try number("\(name).\($0)") }
      let found = [Wilcoxon.Alternative.greater, .less, .twoSided]
        .map { Wilcoxon.p(differences, $0) ?? .nan }
      for (a, b) in zip(found, expected) {
        #expect(a.isApproximately(b, within: 1e-12), "\(name): \(found) \(expected)")
      }
    }
  }

  @Test func fiveSeedsOfOneSignGiveOneIn32() {
    #expect(Wilcoxon.p([0.2, 0.1, 0.5, 0.3, 0.4], .greater) == 0.03125)
    #expect(Wilcoxon.p([0.2, 0.1, 0.5, 0.3, 0.4], .less) == 1)
    #expect(Wilcoxon.p([], .greater) == nil)
    #expect(Wilcoxon.p([0, 0], .greater) == 1)
  }

  @Test func sharesThatDifferByRoundingAloneAreTied() throws {
    // Of 500 images; 0.734 − 0.690 is not the Double that 0.712 − 0.668 is, and 0.3 − (0.1 + 0.2) not zero.
    let counts = [(367, 345), (356, 334), (340, 351), (350, 348), (331, 309)]
    let shares = counts.map { Double($0.0) / 500 - Double($0.1) / 500 }
    #expect(Set(shares).count == 4)
    let whole = counts.map { Double($0.0 - $0.1) }
    for alternative in [Wilcoxon.Alternative.greater, .less, .twoSided] {
      let p = try #require(Wilcoxon.p(whole, alternative))
      #expect(Wilcoxon.p(shares, alternative) == p)
      #expect(Wilcoxon.p(shares + [0.3 - (0.1 + 0.2)], alternative) == p)
    }
    #expect(Wilcoxon.p([.infinity, 1, 2, .infinity], .greater) == 0.0625)
  }

  @Test func correctionsAreThoseOfStatsmodels() throws {
    let cases = cases("holm", "p")
    #expect(cases.count == 4)
    for name in cases {
      let found = Holm.corrected(try values("\(name).p"))
      let expected = try values("\(name).corrected")
      #expect(found.relativeDifference(from: expected) < 1e-15, "\(name)")
    }
    #expect(Holm.corrected([]).isEmpty)
    // What is still to be tested may have the smallest p.
    #expect(Holm.corrected([0.01, 0.02], pending: 2) == [0.04, 0.06])
  }

  @Test func rankCorrelationIsThatOfSciPy() throws {
    let cases = cases("kendall", "x")
    #expect(cases.count == 3)
    for name in cases {
      let tau = Kendall.tau(try values("\(name).x"), try values("\(name).y"))
      #expect(try #require(tau).isApproximately(number("\(name).tau"), within: 1e-15))
    }
    #expect(Kendall.tau([1, 1], [1, 2]) == nil)
    #expect(Kendall.tau([1], [1]) == nil)
  }

  @Test func percentilesAreThoseOfNumPy() throws {
    let sorted = try values("percentile.sorted")
    let found = [0, 2.5, 50, 97.5, 100].map { Bootstrap.percentile($0, ofSorted: sorted) }
    #expect(found.relativeDifference(from: try values("percentile.values")) < 1e-15)
  }

  @Test func intervalsAgreeWithSciPysToTheErrorOfResampling() throws {
    let cases = cases("bootstrap", "values")
    #expect(cases.count == 2)
    for name in cases {
      let sample = try values("\(name).values")
      let found = try #require(
        Bootstrap.interval(strata: [sample.count]) { groups in
          let rows = groups[0]
          return rows.reduce(0) { $0 + sample[$1] } / Double(rows.count)
        })
      let expected = try values("\(name).interval")
      // A 2.5 % quantile of 10,000 normal draws has a standard error of 0.027 of theirs.
      let tolerance = try 5 * 0.027 * number("\(name).error")
      #expect(found.lowerBound.isApproximately(expected[0], within: tolerance))
      #expect(found.upperBound.isApproximately(expected[1], within: tolerance))
    }
  }

  @Test func aStatisticThatIsSeldomDefinedHasNoInterval() {
    #expect(Bootstrap.interval(strata: [1]) { _ in 0 } == nil)
    // Of three, all differ in 6 of 27 resamples.
    #expect(Bootstrap.interval(strata: [3]) { Set($0[0]).count == 3 ? 1 : nil } == nil)
    #expect(Bootstrap.interval(strata: [3]) { Set($0[0]).count == 3 ? nil : 1 } == 1...1)
  }

  @Test func studentsQuantilesAreThoseOfSciPy() throws {
    let degrees = try values("student.degrees")
    let levels = try values("student.levels")
    let expected = try values("student.critical")
    for (row, degrees) in degrees.enumerated() {
      for (column, level) in levels.enumerated() {
        let found = StudentT.critical(level: level, degreesOfFreedom: Int(degrees))
        // At 0.99 and one degree a last bit of the level is 2e-14 of t.
        let known = expected[row * levels.count + column]
        #expect(found.isApproximately(known, relative: 1e-13), "\(degrees) \(level)")
      }
    }
    // One degree of freedom is Cauchy's distribution.
    let quartile = StudentT.critical(level: 0.5, degreesOfFreedom: 1)
    #expect(quartile.isApproximately(1, within: 1e-15))
  }

  @Test func studentsIntervalsAreThoseOfSciPy() throws {
    let cases = cases("student", "values")
    #expect(cases.count == 3)
    for name in cases {
      let found = try #require(EffectInterval(values("\(name).values")))
      #expect(found.kind == ClaimRecord.Interval(method: .studentT, level: 0.95))
      let ends = [found.ends.lowerBound, found.ends.upperBound]
      #expect(ends.relativeDifference(from: try values("\(name).interval")) < 1e-14)
    }
  }

  @Test func correctedBootstrapIntervalsAreThoseOfSciPyOnTheSameResamples() throws {
    let cases = cases("bca", "values")
    #expect(cases.count == 3)
    for name in cases {
      let sample = try values("\(name).values")
      let flat = try values("\(name).rows").map { Int($0) }
      let rows = stride(from: 0, to: flat.count, by: sample.count).map {
        Array(flat[$0..<$0 + sample.count])
      }
      let expanded = BCa.expandedLevel(0.95, count: sample.count)
      #expect(expanded.isApproximately(try number("\(name).expanded_level"), relative: 1e-14))
      for (part, level) in [("plain", 0.95), ("expanded", expanded)] {
        let found = try #require(
          BCa.interval(ofMean: sample, level: level, resamples: Resamples(rows: rows)))
        // The normal quantiles of both are good to some last bits.
        let ends = [found.lowerBound, found.upperBound]
        #expect(ends.relativeDifference(from: try values("\(name).\(part)")) < 1e-12)
      }
    }
  }

  @Test func slopesAreThoseOfSciPy() throws {
    let slope = LeastSquares.slope(try values("slope.x"), try values("slope.y"))
    #expect(slope.isApproximately(try number("slope.slope"), within: 1e-14))
  }
}
