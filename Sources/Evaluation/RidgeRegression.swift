import Torch

/// Linear regression with an L2 weight on standardised coordinates: the weights that minimise
/// Σ‖y − x·W − b‖²/N + penalty·‖W‖², for any targets and any penalty from one decomposition of x.
package struct RidgeRegression {
  private let standardization: Standardization
  private let standardized: Tensor
  private let eigenvalues: Tensor
  private let eigenvectors: Tensor

  /// The L2 weights that are tried.
  static let penalties = (-8...2).reversed().map { pow10($0) }

  /// - Parameter features: N×D in float64.
  package init(_ features: Tensor) {
    standardization = Standardization(of: features)
    standardized = standardization(features)
    let covariance =
      standardized.transposed().matmul(standardized) / Double(features.size(0))
    (eigenvalues, eigenvectors) = covariance.symmetricEigen()
  }

  /// M×K predictions for M×D features, after a fit of N×K targets in float64.
  package func predictions(for features: Tensor, fitting targets: Tensor, penalty: Double) -> Tensor
  {
    predictions(for: standardization(features), Moments(of: targets, self), penalty)
  }

  /// What a fit needs of its targets, whatever the penalty.
  fileprivate struct Moments {
    let mean: Tensor
    let projected: Tensor

    init(of targets: Tensor, _ ridge: RidgeRegression) {
      mean = targets.mean(along: [0], keepingDimensions: true)
      let moments =
        ridge.standardized.transposed().matmul(targets - mean) / Double(targets.size(0))
      projected = ridge.eigenvectors.transposed().matmul(moments)
    }
  }

  fileprivate func standardizing(_ features: Tensor) -> Tensor { standardization(features) }

  fileprivate func predictions(
    for standardized: Tensor, _ moments: Moments, _ penalty: Double
  ) -> Tensor {
    let denominators = (eigenvalues.clamped(min: 0) + penalty).unsqueezed(1)
    let weights = eigenvectors.matmul(moments.projected / denominators)
    return standardized.matmul(weights) + moments.mean
  }

  private static func pow10(_ exponent: Int) -> Double {
    (0..<exponent.magnitude).reduce(1.0) { value, _ in exponent < 0 ? value / 10 : value * 10 }
  }
}

/// The choice of an L2 weight: four fifths of the rows are fitted, and the last fifth is predicted.
struct RidgeTrial {
  private let penalties: [Double]
  private let split: HeldOut
  private let ridge: RidgeRegression
  private let heldOut: Tensor

  /// Nil where there is nothing to choose, or nothing to choose by.
  ///
  /// - Throws: `EvaluationError` for no penalties, and for one that is not above zero.
  init?(_ features: Tensor, penalties: [Double]) throws(EvaluationError) {
    guard !penalties.isEmpty, penalties.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .wrongInput(.penalties(penalties))
    }
    split = HeldOut(count: features.size(0))
    guard penalties.count > 1, !split.heldOut.isEmpty else { return nil }
    self.penalties = penalties
    ridge = RidgeRegression(features.rows(split.fitted))
    heldOut = ridge.standardizing(features.rows(split.heldOut))
  }

  /// The penalty that serves the held-out fifth of the rows best.
  func bestPenalty(for targets: Tensor) -> Double {
    let moments = RidgeRegression.Moments(of: targets.rows(split.fitted), ridge)
    let answers = targets.rows(split.heldOut)
    let errors = penalties.map { penalty in
      (ridge.predictions(for: heldOut, moments, penalty) - answers).norm().item
    }
    return zip(penalties, errors).min { $0.1 < $1.1 }?.0 ?? penalties[0]
  }
}
