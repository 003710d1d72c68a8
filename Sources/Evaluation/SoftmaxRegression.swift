import Torch

/// Multinomial logistic regression: the coefficients W that minimise the mean cross-entropy of
/// softmax(x·W + b) plus penalty/2·‖W‖², on one set of standardised rows.
package struct SoftmaxRegression {
  private let features: Tensor
  private let targets: Tensor
  private let eigenvalues: Tensor
  private let eigenvectors: Tensor

  /// - Parameters:
  ///   - features: N×D in float64, standardised.
  ///   - labels: N classes in int64.
  package init(features: Tensor, labels: Tensor, classCount: Int) {
    let rows = features.size(0)
    let ones = Tensor.ones([rows, 1], .float64, on: features.device)
    self.features = Tensor.concatenated([features, ones], along: 1)
    let none = Tensor.zeros([rows, classCount], .float64, on: features.device)
    targets = Operator.scatterAdd(none, 1, labels.unsqueezed(1), ones)
    let covariance = features.transposed().matmul(features) / Double(rows)
    (eigenvalues, eigenvectors) = covariance.symmetricEigen()
  }

  /// (D+1)×C: the coefficients, with those of the constant in the last row.
  package func fit(penalty: Double, from start: Tensor?) -> LBFGS.Minimum {
    var solver = LBFGS()
    solver.precondition = { inverseCurvature(times: $0, penalty: penalty) }
    let origin =
      start
      ?? Tensor.zeros([features.size(1), targets.size(1)], .float64, on: features.device)
    return solver.minimize(from: origin) { objective($0, penalty: penalty) }
  }

  /// Mean cross-entropy plus penalty, and its gradient.
  package func objective(_ coefficients: Tensor, penalty: Double) -> LBFGS.Evaluation {
    let rows = Double(features.size(0))
    let logits = features.matmul(coefficients)
    let logNormalizer = Operator.logSumExp(logits, [1], true)
    let weights = Tensor.concatenated(
      [coefficients[0..<coefficients.size(0) - 1], Tensor.zeros(like: coefficients[0..<1])])
    let fit = (logNormalizer.sum() - (logits * targets).sum()).item / rows
    let excess = exp(logits - logNormalizer) - targets
    let gradient = features.transposed().matmul(excess) / rows + weights * penalty
    return (fit + penalty / 2 * weights.squared().sum().item, gradient)
  }

  /// The inverse of the Hessian at W = 0 (but for the coupling of classes), which is
  /// (C−1)/C²·XᵀX/N + penalty for each class: it evens out directions of little and of much variance.
  private func inverseCurvature(times gradient: Tensor, penalty: Double) -> Tensor {
    let last = gradient.size(0) - 1
    let classes = Double(targets.size(1))
    let curvature = (classes - 1) / (classes * classes)
    let denominators = (eigenvalues.clamped(min: 0) * curvature + (penalty + 1e-12)).unsqueezed(1)
    let rotated = eigenvectors.transposed().matmul(gradient[0..<last]) / denominators
    let constant = gradient[last..<last + 1] / curvature
    return Tensor.concatenated([eigenvectors.matmul(rotated), constant])
  }
}

extension Operator {
  static let logSumExp = Operator("aten::logsumexp")
}
