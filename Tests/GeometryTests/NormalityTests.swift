import Foundation
import Geometry
import TestSupport
import Testing
import Torch

@Suite struct NormalityTests {
  /// Both sides compute in float64.
  private let algebra = 1e-9

  @Test func bothFiguresAreSciPys() throws {
    let fixture = try Fixture("measures.safetensors")
    let points = fixture["normality.points"]
    let statistic = try eppsPulley(of: points, along: fixture["normality.directions"])
    #expect(
      statistic.isApproximately(fixture.number("normality.epps_pulley"), relative: algebra))
    let kurtosis = try excessKurtosis(of: points)
    #expect(kurtosis.directions == 10)
    #expect(
      kurtosis.value.isApproximately(fixture.number("normality.kurtosis"), relative: algebra))
  }

  @Test func theStatisticIsTheIntegralInClosedForm() throws {
    // With every pair's Gaussian potential, √(2π)·(1/N ΣΣ e^{−(u−v)²/2} − √2 Σ e^{−u²/4} + N/√3).
    let n = 60
    var random = CounterRandom(seed: 9)
    let values = (0..<n).map { _ in pow(Double(random.uniform()), 2) }
    let mean = values.reduce(0, +) / Double(n)
    let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(n)
    let u = values.map { ($0 - mean) / variance.squareRoot() }
    var pairs = 0.0
    for a in u { for b in u { pairs += exp(-(a - b) * (a - b) / 2) } }
    let single = u.reduce(0) { $0 + exp(-$1 * $1 / 4) }
    let closed = pairs / Double(n) - 2.0.squareRoot() * single + Double(n) / 3.0.squareRoot()
    let expected = (2 * Double.pi).squareRoot() * closed
    let statistic = try eppsPulley(of: Tensor(values, shape: [n, 1]))
    // Beyond 5 lies N·erfc(5/√2)·√(2π) ≈ 10⁻⁴ at most.
    #expect(statistic.isApproximately(expected, within: 1e-4))
  }

  @Test func aGaussianHasWhatChanceMakesWhateverTheNumberOfSamples() throws {
    // With estimated mean and variance: √(2π)·(1 − (1 + 1/3 + 1/6)/√3).
    let expected = (2 * Double.pi).squareRoot() * (1 - 1.5 / 3.0.squareRoot())
    for (n, seed) in [(400, 1), (2000, 2)] {
      let x = normalMatrix(seed: UInt64(seed), rows: n, columns: 64) * 3 + 1
      // 64 dimensions give some 64 independent values that deviate by about 0.27: four errors.
      #expect(try eppsPulley(of: x).isApproximately(expected, within: 4 * 0.27 / 8), "\(n)")
      // The deviation of one kurtosis is √(24/n), of ten directions √10 times less; leading ones are not chosen by it.
      let kurtosis = try excessKurtosis(of: x).value
      #expect(abs(kurtosis) < 4 * (24 / Double(n) / 10).squareRoot(), "\(n)")
    }
  }

  @Test func twoPointsHaveTheLeastKurtosisAndNoGaussiansCharacteristicFunction() throws {
    let x = Tensor((0..<50).map { $0 % 2 == 0 ? 2.0 : -4 }, shape: [50, 1])
    let kurtosis = try excessKurtosis(of: x)
    #expect(kurtosis.value.isApproximately(-2, within: 1e-12) && kurtosis.directions == 1)
    // φ(t) = cos t.
    let points = (-8...8).map { 0.625 * Double($0) }
    let integral = points.map { t -> Double in
      let weight = abs(t) == 5 ? 0.3125 : 0.625
      return weight * pow(cos(t) - exp(-t * t / 2), 2) * exp(-t * t / 2)
    }.reduce(0, +)
    #expect(try eppsPulley(of: x).isApproximately(50 * integral, relative: 1e-12))
  }

  @Test func shiftsAndScalesChangeNeitherAndRotationsNotTheKurtosis() throws {
    let x = normalMatrix(seed: 4, rows: 80, columns: 12)
    let skewed = x * x * Tensor((1...12).map { Double($0) })
    let moved = skewed * 7 - 3
    #expect(try eppsPulley(of: moved).isApproximately(eppsPulley(of: skewed), relative: 1e-10))
    let turned = moved.matmul(orthogonalMatrix(seed: 5, size: 12))
    #expect(
      try excessKurtosis(of: turned).value
        .isApproximately(excessKurtosis(of: skewed).value, relative: 1e-9))
    let order = Tensor(Array((0..<80).reversed()))
    #expect(
      try eppsPulley(of: skewed.gathered(order)).isApproximately(
        eppsPulley(of: skewed), relative: 1e-12))
  }

  @Test func aPlaneInManyDimensionsHasTwoDirections() throws {
    let plane = normalMatrix(seed: 1, rows: 30, columns: 2)
      .matmul(normalMatrix(seed: 2, rows: 2, columns: 50))
    let kurtosis = try excessKurtosis(of: plane)
    #expect(kurtosis.directions == 2)
    // More coordinates than rows: the same by the other product.
    let basis = normalMatrix(seed: 2, rows: 2, columns: 50).transposed().orthonormalized()
    #expect(
      kurtosis.value.isApproximately(
        try excessKurtosis(of: plane.matmul(basis)).value, relative: 1e-9))
  }

  @Test func rowsThatAreAllEqualHaveNoDistribution() {
    let same = Tensor.ones([5, 3], .float64)
    let expected = GeometryError.notMeasurable(.noVariance(of: .embeddings))
    #expect(throws: expected) { try eppsPulley(of: same) }
    #expect(throws: expected) { try excessKurtosis(of: same) }
    #expect(throws: GeometryError.self) { try eppsPulley(of: Tensor([1, 2] as [Double])) }
  }
}
