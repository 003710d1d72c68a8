/// Kendall's rank correlation.
public enum Kendall {
  /// τ_b, which allows for ties: (concordant − discordant) / √((pairs − ties in x)(pairs − ties in y)).
  ///
  /// - Returns: nil where it is not defined: fewer than two pairs, or all of x or all of y equal.
  /// - Complexity: O(n²).
  public static func tau(_ x: [Double], _ y: [Double]) -> Double? {
    var balance = 0
    var untiedX = 0
    var untiedY = 0
    for first in x.indices {
      for second in x.indices.dropFirst(first + 1) {
        let signX = sign(x[second] - x[first])
        let signY = sign(y[second] - y[first])
        balance += signX * signY
        untiedX += signX * signX
        untiedY += signY * signY
      }
    }
    guard untiedX > 0, untiedY > 0 else { return nil }
    return Double(balance) / (Double(untiedX) * Double(untiedY)).squareRoot()
  }

  private static func sign(_ value: Double) -> Int { value > 0 ? 1 : value < 0 ? -1 : 0 }
}
