extension BinaryFloatingPoint {
  /// Whether the difference from `other` is at most `tolerance`, absolutely.
  public func isApproximately(_ other: Self, within tolerance: Self) -> Bool {
    (self - other).magnitude <= tolerance
  }

  /// Whether the difference from `other` is at most `tolerance` times its size.
  public func isApproximately(_ other: Self, relative tolerance: Self) -> Bool {
    (self - other).magnitude <= tolerance * Swift.max(other.magnitude, .leastNormalMagnitude)
  }
}
