/// Wilcoxon's signed-rank test of whether differences are symmetric about zero.
///
/// Zeros are dropped (`zero_method="wilcox"` in SciPy), equal magnitudes share the mean of their ranks, equal being what differs by rounding alone
/// (`roundingOfLargest`), and p is exact: under the hypothesis each of the 2ⁿ choices of signs is equally likely. Without ties
/// that is SciPy's `method="exact"`, with ties its exact permutation test.
public enum Wilcoxon {
  /// The alternative to symmetry about zero.
  public enum Alternative: Sendable {
    case greater, less, twoSided
  }

  /// Magnitudes that differ by no more than this part of the largest are equal, and those no larger are zero: of shares such as 367/500 differences
  /// are taken, and 0.734 − 0.690 and 0.712 − 0.668 are not the same number of type `Double`.
  static let roundingOfLargest = 1e-12

  /// The probability, under symmetry, of a sum of ranks at least as far out as that of `differences`.
  ///
  /// - Returns: nil without differences and for one that is NaN; 1 when all of them are zero.
  /// - Complexity: O(n³) time and O(n²) memory in the number of differences.
  public static func p(_ differences: [Double], _ alternative: Alternative) -> Double? {
    guard !differences.isEmpty, !differences.contains(where: \.isNaN) else { return nil }
    let rounding =
      roundingOfLargest * (differences.lazy.map(\.magnitude).filter(\.isFinite).max() ?? 0)
    let kept = differences.filter { $0.magnitude > rounding }
    let ranks = doubledRanks(of: kept.map(\.magnitude), rounding: rounding)
    let total = ranks.reduce(0, +)
    let positive = zip(kept, ranks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }

    // probabilities[s]: of a doubled sum s of the positive ranks.
    var probabilities = [Double](repeating: 0, count: total + 1)
    probabilities[0] = 1
    var reached = 0
    for rank in ranks {
      reached += rank
      for sum in stride(from: reached, through: 0, by: -1) {
        let without = sum <= reached - rank ? probabilities[sum] : 0
        let with = sum >= rank ? probabilities[sum - rank] : 0
        probabilities[sum] = (without + with) / 2
      }
    }
    let greater = min(1, probabilities[positive...].reduce(0, +))
    let less = min(1, probabilities[...positive].reduce(0, +))
    switch alternative {
    case .greater: return greater
    case .less: return less
    case .twoSided: return min(1, 2 * min(greater, less))
    }
  }

  /// The smallest p that so many differences can give.
  static func smallestP(_ count: Int, _ alternative: Alternative) -> Double {
    var p = 1.0
    for _ in 0..<count { p /= 2 }
    return alternative == .twoSided ? min(1, 2 * p) : p
  }

  /// Twice the rank of each value, 2 for the smallest; values that are equal but for `rounding` share the mean of their ranks.
  private static func doubledRanks(of values: [Double], rounding: Double) -> [Int] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Int](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      let first = values[order[start]]
      while end + 1 < order.count && values[order[end + 1]] <= first + rounding { end += 1 }
      for place in start...end { ranks[order[place]] = start + end + 2 }
      start = end + 1
    }
    return ranks
  }
}
