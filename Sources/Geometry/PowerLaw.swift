import Foundation

/// The decay λₙ ∝ n^(−α) of a covariance's eigenvalues, fitted where it is a straight line in log-log
/// axes (α-ReQ: Agrawal et al., arXiv 2202.05808, after Stringer et al., Nature 2019).
public struct PowerLaw: Sendable, Equatable {
  /// α, the negative slope of ln λₙ against ln n.
  public let exponent: Double
  /// ln λ at n = 1 on the fitted line.
  public let intercept: Double
  /// R² of the fit over its range, every eigenvalue counting the same.
  public let determination: Double

  /// Fits ln λₙ against ln n over `range` of n = 1, 2, … by least squares with weights 1/n.
  ///
  /// Nil with fewer than two eigenvalues in the range, or with one that is not above zero.
  public init?(eigenvalues: [Double], range: ClosedRange<Int> = 11...100) {
    let ranks = range.clamped(to: 1...max(eigenvalues.count, 1))
    guard range.lowerBound < eigenvalues.count, ranks.count >= 2,
      ranks.allSatisfy({ eigenvalues[$0 - 1] > 0 })
    else { return nil }
    let points = ranks.map { n in
      (x: log(Double(n)), y: log(eigenvalues[n - 1]), weight: 1 / Double(n))
    }
    let total = points.reduce(0) { $0 + $1.weight }
    let meanX = points.reduce(0) { $0 + $1.weight * $1.x } / total
    let meanY = points.reduce(0) { $0 + $1.weight * $1.y } / total
    let spreadX = points.reduce(0) { $0 + $1.weight * ($1.x - meanX) * ($1.x - meanX) }
    let together = points.reduce(0) { $0 + $1.weight * ($1.x - meanX) * ($1.y - meanY) }
    exponent = -together / spreadX
    intercept = meanY + exponent * meanX
    let (slope, start) = (exponent, intercept)
    determination = PowerLaw.determination(points.map { ($0.y, start - slope * $0.x) })
  }

  private static func determination(_ pairs: [(value: Double, fitted: Double)]) -> Double {
    let mean = pairs.reduce(0) { $0 + $1.value } / Double(pairs.count)
    let spread = pairs.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) }
    let residual = pairs.reduce(0) { $0 + ($1.value - $1.fitted) * ($1.value - $1.fitted) }
    // A flat spectrum is fitted exactly by α = 0.
    return spread > 0 ? 1 - residual / spread : 1
  }
}

extension Spectrum {
  /// The power law of eigenvalues 11 to min(D, 100); nil where D < 12, where N ≤ min(D, 100), so that some of
  /// these eigenvalues are zero by construction, and where some are zero but for float64's rounding.
  public var powerLaw: PowerLaw? {
    let last = min(dimension, 100)
    guard sampleCount > last, let largest = singularValues.first else { return nil }
    let rounding = largest * Double(max(sampleCount, dimension)) * Double.ulpOfOne
    guard singularValues[last - 1] > rounding else { return nil }
    return PowerLaw(eigenvalues: eigenvalues)
  }
}
