import Torch

/// Samples drawn with replacement from so many observations.
///
/// They come from a counter-based generator with a fixed seed, so equal data give equal bits everywhere.
public struct Resamples: Sendable {
  /// How many are drawn.
  public static let usualNumber = 10_000
  private static let seed: UInt64 = 2205_06926

  /// The numbers of each resample's observations.
  let rows: [[Int]]

  /// Resamples of `count` observations; those of another stratum are independent of them.
  public init(of count: Int, number: Int = usualNumber, stratum: Int = 0) {
    rows = (0..<number).map { resample in
      var random = CounterRandom(seed: Resamples.seed, UInt32(resample), UInt32(stratum))
      return (0..<count).map { _ in random.index(below: count) }
    }
  }

  /// Resamples that were drawn elsewhere.
  package init(rows: [[Int]]) { self.rows = rows }
}
