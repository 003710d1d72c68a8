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

  private static func pow10(_ exponent: Int) -> Double {
    (0..<exponent.magnitude).reduce(1.0) { value, _ in exponent < 0 ? value / 10 : value * 10 }
  }
}
