import Foundation

/// Student's t distribution with a whole number of degrees of freedom.
public enum StudentT {
  /// The t with P(|T| ≤ t) = `level`.
  ///
  /// - Parameters:
  ///   - level: above 0, below 1.
  ///   - degreesOfFreedom: 1 or more.
  /// - Complexity: O(degrees of freedom).
  public static func critical(level: Double, degreesOfFreedom: Int) -> Double {
    // The probability rises with the angle θ of t = √ν tan θ. Halving ends where doubles do.
    var below = 0.0
    var above = Double.pi / 2
    while true {
      let middle = (below + above) / 2
      guard below < middle, middle < above else { break }
      if probability(within: middle, degreesOfFreedom) < level {
        below = middle
      } else {
        above = middle
      }
    }
    return Double(degreesOfFreedom).squareRoot() * tan(above)
  }

  /// P(|T| ≤ √ν tan θ), a finite sum (Abramowitz & Stegun, 26.7.3 for odd ν and 26.7.4 for even ones).
  private static func probability(within angle: Double, _ degrees: Int) -> Double {
    let isOdd = !degrees.isMultiple(of: 2)
    let square = cos(angle) * cos(angle)
    var term = isOdd ? cos(angle) : 1
    var sum = degrees == 1 ? 0 : term
    for factor in stride(from: isOdd ? 3 : 2, through: degrees - 2, by: 2) {
      term *= square * Double(factor - 1) / Double(factor)
      sum += term
    }
    return isOdd ? 2 / Double.pi * (angle + sin(angle) * sum) : sin(angle) * sum
  }
}
