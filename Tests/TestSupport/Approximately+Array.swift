extension [Double] {
  /// The largest difference from `other`, relative to the largest element of `other`.
  public func relativeDifference(from other: [Double]) -> Double {
    guard count == other.count else { return .infinity }
    let scale = other.map(\.magnitude).max() ?? 0
    let difference = zip(self, other).map { ($0 - $1).magnitude }.max() ?? 0
    return difference / Swift.max(scale, .leastNormalMagnitude)
  }
}
