import Torch

/// An interval by resampling with replacement, Efron's percentile method.
///
/// The resamples are drawn from a counter-based generator with a fixed seed, so equal data give equal
/// bits everywhere. The ends are percentiles with linear interpolation, as NumPy's default.
public enum Bootstrap {
  /// How many resamples are drawn.
  public static let resamples = 10_000
  private static let seed: UInt64 = 2205_06926

  /// The 95 % interval of the mean; nil for fewer than two values, which say nothing of their spread.
  public static func interval(ofMean values: [Double]) -> ClosedRange<Double>? {
    interval(count: values.count) { rows in
      rows.reduce(0.0) { $0 + values[$1] } / Double(rows.count)
    }
  }

  /// The 95 % interval of a statistic of `count` observations.
  ///
  /// - Parameter statistic: takes the numbers of a resample's observations; nil where it is not defined
  ///   there, which leaves the resample out.
  /// - Returns: nil for fewer than two observations, and when half of the resamples are left out.
  public static func interval(
    count: Int, _ statistic: ([Int]) -> Double?
  ) -> ClosedRange<Double>? {
    guard count > 1 else { return nil }
    var rows = [Int](repeating: 0, count: count)
    var results: [Double] = []
    results.reserveCapacity(resamples)
    for resample in 0..<resamples {
      var random = CounterRandom(seed: seed, UInt32(resample))
      for index in rows.indices { rows[index] = random.index(below: count) }
      if let result = statistic(rows) { results.append(result) }
    }
    guard results.count * 2 > resamples else { return nil }
    results.sort()
    return percentile(2.5, ofSorted: results)...percentile(97.5, ofSorted: results)
  }

  /// The percentile of sorted values, linear between the two nearest.
  package static func percentile(_ percent: Double, ofSorted values: [Double]) -> Double {
    let place = percent / 100 * Double(values.count - 1)
    let below = Int(place)
    let above = min(below + 1, values.count - 1)
    return values[below] + (place - Double(below)) * (values[above] - values[below])
  }
}
