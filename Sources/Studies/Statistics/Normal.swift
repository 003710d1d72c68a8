import Foundation

/// The standard normal distribution.
enum Normal {
  /// P(Z ≤ z).
  static func probability(below z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

  /// The z with P(Z ≤ z) = `probability`; infinite at 0 and 1.
  static func quantile(_ probability: Double) -> Double {
    if probability <= 0 { return -.infinity }
    if probability >= 1 { return .infinity }
    // Small probabilities keep their digits, those near 1 do not.
    if probability > 0.5 { return -quantile(1 - probability) }
    var below = -40.0
    var above = 0.0
    while true {
      let middle = (below + above) / 2
      guard below < middle, middle < above else { return above }
      if Normal.probability(below: middle) < probability { below = middle } else { above = middle }
    }
  }
}
