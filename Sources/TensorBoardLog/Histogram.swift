/// Counts of numbers in buckets of equal width between the least and the greatest of them.
public struct Histogram: Sendable, Equatable {
  /// The least number, where the first bucket begins.
  public var least: Double
  /// The greatest number, where the last bucket ends.
  public var greatest: Double
  /// The sum of the numbers.
  public var sum: Double
  /// The sum of their squares.
  public var sumOfSquares: Double
  /// Where each bucket ends.
  public var limits: [Double]
  /// How many numbers are in each.
  public var counts: [Double]

  /// The histogram of the finite ones among some numbers; nil where there are none.
  ///
  /// - Parameters:
  ///   - numbers: what is counted.
  ///   - bucketCount: how many buckets, at least 1; numbers that are all equal take one.
  public init?(of numbers: [Double], bucketCount: Int = 30) {
    precondition(bucketCount > 0, "a histogram of \(bucketCount) buckets")
    let finite = numbers.filter(\.isFinite)
    guard let least = finite.min(), let greatest = finite.max() else { return nil }
    self.least = least
    self.greatest = greatest
    sum = finite.reduce(0, +)
    sumOfSquares = finite.reduce(0) { $0 + $1 * $1 }
    let count = least == greatest ? 1 : bucketCount
    let width = (greatest - least) / Double(count)
    limits = (1..<count).map { least + width * Double($0) } + [greatest]
    counts = Array(repeating: 0, count: count)
    for number in finite {
      let bucket = width > 0 ? Int((number - least) / width) : 0
      counts[min(bucket, count - 1)] += 1
    }
  }

  /// A histogram that was made elsewhere.
  init(
    least: Double, greatest: Double, sum: Double, sumOfSquares: Double, limits: [Double],
    counts: [Double]
  ) {
    self.least = least
    self.greatest = greatest
    self.sum = sum
    self.sumOfSquares = sumOfSquares
    self.limits = limits
    self.counts = counts
  }
}
