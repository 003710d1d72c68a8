import Torch

/// Multinomial logistic regression: the coefficients W that minimise the mean cross-entropy of
/// softmax(x·W + b) plus penalty/2·‖W‖², on one set of standardised rows.
package struct SoftmaxRegression {
  private let features: Tensor
  private let targets: Tensor

  /// - Parameters:
  ///   - features: N×D in float64, standardised.
  ///   - labels: N classes in int64, from 0 to below `classCount`.
  package init(features: Tensor, labels: Tensor, classCount: Int) {
    let rows = features.size(0)
    let ones = Tensor.ones([rows, 1], .float64, on: features.device)
    self.features = Tensor.concatenated([features, ones], along: 1)
    let none = Tensor.zeros([rows, classCount], .float64, on: features.device)
    targets = none.adding(ones, at: labels.unsqueezed(1), along: 1)
  }

  /// (D+1)×C: the coefficients, with those of the constant in the last row.
  ///
  /// - Parameter tolerance: no component of the gradient is larger at the end.
  package func fit(
    penalty: Double, from start: Tensor? = nil, tolerance: Double = 1e-9
  ) -> LBFGS.Minimum {
    var solver = LBFGS()
    solver.gradientTolerance = tolerance
    solver.inverseCurvature = { inverseCurvature(at: $0, penalty: penalty) }
    let origin =
      start
      ?? Tensor.zeros([features.size(1), targets.size(1)], .float64, on: features.device)
    return solver.minimize(from: origin) { objective($0, penalty: penalty) }
  }

  /// Mean cross-entropy plus penalty, and its gradient.
  package func objective(_ coefficients: Tensor, penalty: Double) -> LBFGS.Evaluation {
    let rows = Double(features.size(0))
    let logits = features.matmul(coefficients)
    let logNormalizer = logits.logSumExp(along: 1, keepingDimensions: true)
    let weights = Tensor.concatenated(
      [coefficients[0..<coefficients.size(0) - 1], Tensor.zeros(like: coefficients[0..<1])])
    let fit = (logNormalizer.sum() - (logits * targets).sum()).item / rows
    let excess = exp(logits - logNormalizer) - targets
    let gradient = features.transposed().matmul(excess) / rows + weights * penalty
    return (fit + penalty / 2 * weights.squared().sum().item, gradient)
  }

  /// The inverse of XᵀDX/N + penalty, D the mean of p(1−p) over the classes for each row: the Hessian's
  /// diagonal blocks, if all classes shared one. It evens out directions of little and of much variance,
  /// and leaves out rows that are settled; without it, correlated features take ten times the steps.
  private func inverseCurvature(at coefficients: Tensor, penalty: Double) -> (Tensor) -> Tensor {
    let probabilities = features.matmul(coefficients).softmax(along: 1)
    let weights = (probabilities - probabilities.squared()).mean(
      along: [1], keepingDimensions: true)
    let size = features.size(1)
    let curvature = (features * weights).transposed().matmul(features) / Double(features.size(0))
    let penalties = Tensor(
      (0..<size).map { $0 < size - 1 ? penalty + 1e-12 : 1e-12 }, shape: [size, 1])
    let identity = Tensor.eye(size, .float64, on: features.device)
    let factor = (curvature + identity * penalties.to(features.device)).choleskyFactor()
    return factor.choleskySolve
  }
}
