/// An interval by resampling with replacement, Efron's percentile method.
///
/// The ends are percentiles with linear interpolation, as NumPy's default. For few observations it is
/// too narrow: that of a mean of five covers 84 %.
public enum Bootstrap {
  /// The 95 % interval of a statistic of several groups of observations, each resampled by itself.
  ///
  /// - Parameters:
  ///   - counts: the number of observations in each group.
  ///   - statistic: takes the numbers of a resample's observations in each group; nil where it is not defined
  ///     there, which leaves the resample out.
  /// - Returns: nil where a group has fewer than two observations, and when half of the resamples are left out.
  public static func interval(
    strata counts: [Int], _ statistic: ([[Int]]) -> Double?
  ) -> ClosedRange<Double>? {
    guard !counts.isEmpty, counts.allSatisfy({ $0 > 1 }) else { return nil }
    let resamples = counts.enumerated().map { Resamples(of: $1, stratum: $0).rows }
    let results = (0..<Resamples.usualNumber).compactMap { number in
      statistic(resamples.map { $0[number] })
    }.filter { !$0.isNaN }.sorted()
    guard results.count * 2 > Resamples.usualNumber else { return nil }
    return percentile(2.5, ofSorted: results)...percentile(97.5, ofSorted: results)
  }

  /// The percentile of sorted values, from 0 to 100, linear between the two nearest.
  package static func percentile(_ percent: Double, ofSorted values: [Double]) -> Double {
    let place = percent / 100 * Double(values.count - 1)
    let below = Int(place)
    let above = min(below + 1, values.count - 1)
    return values[below] + (place - Double(below)) * (values[above] - values[below])
  }
}
