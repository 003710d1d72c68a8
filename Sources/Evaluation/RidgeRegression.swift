import Torch

/// Linear regression with an L2 weight on standardised coordinates: the weights that minimise
/// Σ‖y − x·W − b‖²/N + penalty·‖W‖², for any penalty from one decomposition.
package struct RidgeRegression {
  private let standardization: Standardization
  private let mean: Tensor
  private let eigenvalues: Tensor
  private let eigenvectors: Tensor
  private let projectedTargets: Tensor

  /// The L2 weights that are tried.
  static let penalties = (-8...2).reversed().map { pow10($0) }

  /// - Parameters:
  ///   - features: N×D in float64.
  ///   - targets: N×K in float64.
  package init(_ features: Tensor, _ targets: Tensor) {
    standardization = Standardization(of: features)
    mean = targets.mean(along: [0], keepingDimensions: true)
    let standardized = standardization(features)
    let rows = Double(features.size(0))
    let covariance = standardized.transposed().matmul(standardized) / rows
    (eigenvalues, eigenvectors) = covariance.symmetricEigen()
    let moments = standardized.transposed().matmul(targets - mean) / rows
    projectedTargets = eigenvectors.transposed().matmul(moments)
  }

  /// M×K predictions for M×D features.
  package func predictions(for features: Tensor, penalty: Double) -> Tensor {
    let denominators = (eigenvalues.clamped(min: 0) + penalty).unsqueezed(1)
    let weights = eigenvectors.matmul(projectedTargets / denominators)
    return standardization(features).matmul(weights) + mean
  }

  /// The penalty that serves the held-out fifth of the rows best when the others are fitted.
  static func bestPenalty(
    of penalties: [Double], _ features: Tensor, _ targets: Tensor
  ) throws(EvaluationError) -> Double {
    guard let first = penalties.first, penalties.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw EvaluationError("L2 weights \(penalties): give at least one, all above zero")
    }
    let split = HeldOut(count: features.size(0))
    guard penalties.count > 1, !split.heldOut.isEmpty else { return first }
    let trial = RidgeRegression(features.rows(split.fitted), targets.rows(split.fitted))
    let heldOut = (features: features.rows(split.heldOut), targets: targets.rows(split.heldOut))
    let errors = penalties.map { penalty in
      (trial.predictions(for: heldOut.features, penalty: penalty) - heldOut.targets).norm().item
    }
    return zip(penalties, errors).min { $0.1 < $1.1 }?.0 ?? first
  }

  private static func pow10(_ exponent: Int) -> Double {
    (0..<exponent.magnitude).reduce(1.0) { value, _ in exponent < 0 ? value / 10 : value * 10 }
  }
}
