import Foundation
import Torch

/// The test of Epps and Pulley (*A test for normality based on the empirical characteristic function*, Biometrika 1983)
/// as arXiv 2511.08544 computes it: the distance of a sample's characteristic function φ from the standard normal
/// distribution's,
///
/// ∫ |φ(t) − e^{−t²/2}|² e^{−t²/2} dt, φ(t) = 1/N Σ_i exp(i·t·x_i),
///
/// by trapezoids over 17 points from −5 to 5. The statistic of the test is N times this.
package enum EppsPulley {
  /// The points above zero: the integrand is even, and zero at zero.
  private static let points = (1...8).map { 0.625 * Double($0) }

  /// The integral for each sample, without the factor N: …×N×M numbers in M columns to …×M. Differentiable.
  package static func integrals(of samples: Tensor) -> Tensor {
    let terms = points.map { point in
      let window = exp(-point * point / 2)
      // The last point has one neighbour, and each point a twin below zero.
      let width = 2 * points[0] * (point == points.last ? 0.5 : 1)
      let angles = samples * point
      let real = cos(angles).mean(along: [-2]) - window
      let imaginary = sin(angles).mean(along: [-2])
      return (real.squared() + imaginary.squared()) * (window * width)
    }
    return terms.dropFirst().reduce(terms[0], +)
  }
}
