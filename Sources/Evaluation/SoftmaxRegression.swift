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
  ) -> TruncatedNewton.Minimum {
    var solver = TruncatedNewton()
    solver.gradientTolerance = tolerance
    let origin =
      start
      ?? Tensor.zeros([features.size(1), targets.size(1)], .float64, on: features.device)
    return solver.minimize(from: origin) {
      objective($0, penalty: penalty)
    } curvature: {
      curvature(at: $0, penalty: penalty)
    }
  }

  /// Mean cross-entropy plus penalty, and its gradient.
  package func objective(_ coefficients: Tensor, penalty: Double) -> TruncatedNewton.Evaluation {
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

  /// The Hessian at a point. A row x with probabilities p adds xxᵀ ⊗ (diag p − ppᵀ).
  private func curvature(at coefficients: Tensor, penalty: Double) -> TruncatedNewton.Curvature {
    let probabilities = features.matmul(coefficients).softmax(along: 1)
    let transposed = features.transposed()
    let rows = Double(features.size(0))
    let penalties = penaltyColumn(penalty)
    return TruncatedNewton.Curvature(
      product: { direction in
        let weighted = features.matmul(direction) * probabilities
        let change = weighted - probabilities * weighted.sum(along: [1], keepingDimensions: true)
        return transposed.matmul(change) / rows + direction * penalties
      },
      approximateSolution: blockSolution(probabilities, penalties))
  }

  /// penalty for each coefficient, none for the constants: (D+1)×1.
  private func penaltyColumn(_ penalty: Double) -> Tensor {
    let size = features.size(1)
    return Tensor((0..<size).map { $0 < size - 1 ? penalty : 0 }, shape: [size, 1])
      .to(features.device)
  }

  /// The inverse of the Hessian's diagonal blocks, XᵀD_cX/N + penalty with p_c(1−p_c) on the diagonal of D_c for
  /// class c, between projections onto what sums to zero over the classes: the rest changes no probability. Of a
  /// class, the rows that are least settled stand for all, scaled: few matter, and eight a coefficient suffice.
  private func blockSolution(_ probabilities: Tensor, _ penalties: Tensor) -> (Tensor) -> Tensor {
    let (rows, size) = (features.size(0), features.size(1))
    let weights = (probabilities - probabilities.squared()) / Double(rows)
    let blocks = (0..<weights.size(1)).map { index in
      let own = weights.select(index, along: 1)
      let (largest, places) = own.largest(min(rows, 8 * size))
      // One, not NaN, where all rows are settled for good.
      let scale = (own.sum() + 1e-300) / (largest.sum() + 1e-300)
      let chosen = features.gathered(places)
      return chosen.transposed().matmul(chosen * (largest * scale).unsqueezed(1))
    }
    // Rounding alone, where all rows are settled.
    let floor = Tensor.eye(size, .float64, on: features.device) * (penalties + 1e-12)
    let factor = (Tensor.stacked(blocks) + floor).choleskyFactor()
    func balanced(_ direction: Tensor) -> Tensor {
      direction - direction.mean(along: [1], keepingDimensions: true)
    }
    return { direction in
      let columns = balanced(direction).transposed().unsqueezed(2)
      return balanced(factor.choleskySolve(columns).squeezed(2).transposed())
    }
  }
}
