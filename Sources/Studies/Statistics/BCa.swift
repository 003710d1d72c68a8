import Foundation

/// The bias-corrected and accelerated bootstrap interval of a mean (Efron, Journal of the American
/// Statistical Association 82, 1987).
public enum BCa {
  /// The interval of the mean.
  ///
  /// - Parameters:
  ///   - values: the observations.
  ///   - level: the level of the normal distribution that the ends stand for, above 0 and below 1.
  ///   - resamples: resamples of as many observations.
  /// - Returns: the value itself when all are equal; nil for fewer than two values and for any that is not
  ///   finite.
  public static func interval(
    ofMean values: [Double], level: Double, resamples: Resamples
  ) -> ClosedRange<Double>? {
    guard values.count > 1, values.allSatisfy(\.isFinite) else { return nil }
    if values.allSatisfy({ $0 == values[0] }) { return values[0]...values[0] }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let means = resamples.rows.map { rows in rows.reduce(0) { $0 + values[$1] } / count }.sorted()

    // Resamples at the mean itself count half on either side.
    let below = means.count { $0 < mean } + means.count { $0 <= mean }
    let bias = Normal.quantile(Double(below) / Double(2 * means.count))
    let acceleration = acceleration(values.map { $0 - mean })
    func end(_ z: Double) -> Double {
      let shifted = bias + z
      let place = Normal.probability(below: bias + shifted / (1 - acceleration * shifted))
      return Bootstrap.percentile(100 * place, ofSorted: means)
    }
    let z = Normal.quantile((1 - level) / 2)
    guard bias.isFinite, acceleration.isFinite, means.allSatisfy(\.isFinite) else { return nil }
    let (lower, upper) = (end(z), end(-z))
    return min(lower, upper)...max(lower, upper)
  }

  /// The level at which the ends of a bootstrap interval of a mean of `count` values stand where those of
  /// Student's t stand at `level`.
  ///
  /// The bootstrap takes the deviation with n in place of n − 1 and the normal in place of t, so that its
  /// intervals of few values are too narrow; z = t √(n/(n − 1)) makes up for both (Hesterberg, The American
  /// Statistician 69, 2015, the expanded percentile interval).
  public static func expandedLevel(_ level: Double, count: Int) -> Double {
    let t = StudentT.critical(level: level, degreesOfFreedom: count - 1)
    return 1 - 2 * Normal.probability(below: -t * (Double(count) / Double(count - 1)).squareRoot())
  }

  /// A sixth of the skewness of the mean, from the deviations, which the jackknife's are multiples of.
  private static func acceleration(_ deviations: [Double]) -> Double {
    // Cubes of very large or small deviations are no longer numbers.
    let scale = deviations.map(\.magnitude).max() ?? 1
    let scaled = deviations.map { $0 / scale }
    let squares = scaled.reduce(0) { $0 + $1 * $1 }
    let cubes = scaled.reduce(0) { $0 + $1 * $1 * $1 }
    return cubes / (6 * squares * squares.squareRoot())
  }
}
