import Torch

/// Multinomial logistic regression: the coefficients W that minimise the mean cross-entropy of
/// softmax(W·x + b) plus penalty/2·‖W‖², on one set of standardised rows.
///
/// A class is a row here, of coefficients as of logits: products of few rows with many columns take half as long as
/// the other way round.
package struct SoftmaxRegression {
  /// N×(D+1), the last column ones.
  private let features: Tensor
  /// The same in float32.
  private let roughFeatures: Tensor
  /// C×N.
  private let targets: Tensor
  /// Steps for which an approximate inverse of the Hessian serves: making it costs as much as some ten products.
  private static let stepsOfAnApproximation = 4
  /// Up to so many numbers, a product is over before a second thread has woken.
  private static let elementsOfOneThread = 4_000_000
  /// The Hessian's diagonal blocks, C×(D+1)×(D+1), are factorised up to so many numbers, which take 4 GB; of larger ones the
  /// diagonal alone is used.
  private let blockLimit: Int

  /// - Parameters:
  ///   - features: N×D in float64, standardised.
  ///   - labels: N classes in int64, from 0 to below `classCount`.
  package init(
    features: Tensor, labels: Tensor, classCount: Int, blockLimit: Int = 1 << 29
  ) {
    self.blockLimit = blockLimit
    let rows = features.size(0)
    let ones = Tensor.ones([rows, 1], .float64, on: features.device)
    self.features = Tensor.concatenated([features, ones], along: 1)
    roughFeatures = self.features.to(.float32)
    let none = Tensor.zeros([classCount, rows], .float64, on: features.device)
    targets = none.adding(ones.transposed(), at: labels.unsqueezed(0), along: 0)
  }

  /// C×(D+1): the coefficients, with those of the constant in the last column.
  ///
  /// - Parameter tolerance: no component of the gradient is larger at the end.
  package func fit(
    penalty: Double, from start: Tensor? = nil, tolerance: Double = 1e-9
  ) -> TruncatedNewton.Minimum {
    var solver = TruncatedNewton()
    solver.gradientTolerance = tolerance
    let origin =
      start.map(balanced)
      ?? Tensor.zeros([targets.size(0), features.size(1)], .float64, on: features.device)
    guard features.count <= SoftmaxRegression.elementsOfOneThread else {
      return minimum(solver, from: origin, penalty)
    }
    return Runtime.onOneThread { minimum(solver, from: origin, penalty) }
  }

  private func minimum(
    _ solver: TruncatedNewton, from origin: Tensor, _ penalty: Double
  ) -> TruncatedNewton.Minimum {
    var kept: (solution: (Tensor) -> Tensor, steps: Int)?
    return solver.minimize(from: origin) {
      objective($0, penalty: penalty)
    } curvature: { point in
      let probabilities = logits(point).softmax(along: 0)
      let penalties = penaltyRow(penalty)
      if kept.map({ $0.steps == SoftmaxRegression.stepsOfAnApproximation }) ?? true {
        let size = features.size(1)
        let isSmall = targets.size(0) * size * size <= blockLimit
        kept = (
          isSmall
            ? blockSolution(probabilities, penalties) : diagonalSolution(probabilities, penalties),
          0
        )
      }
      kept?.steps += 1
      return TruncatedNewton.Curvature(
        product: product(probabilities, penalties),
        approximateSolution: kept?.solution ?? { $0 })
    }
  }

  /// What sums to zero over the classes of C×(D+1): the rest changes no probability.
  private func balanced(_ coefficients: Tensor) -> Tensor {
    coefficients - coefficients.mean(along: [0], keepingDimensions: true)
  }

  /// C×N: W·x + b of each row.
  private func logits(_ coefficients: Tensor) -> Tensor {
    coefficients.matmul(features.transposed())
  }

  /// Mean cross-entropy plus penalty, and its gradient.
  package func objective(_ coefficients: Tensor, penalty: Double) -> TruncatedNewton.Evaluation {
    let rows = Double(features.size(0))
    let logits = logits(coefficients)
    let logNormalizer = logits.logSumExp(along: 0, keepingDimensions: true)
    let penalties = penaltyRow(penalty)
    let pull = coefficients * penalties
    let fit = (logNormalizer.sum() - (logits * targets).sum()).item / rows
    let excess = exp(logits - logNormalizer) - targets
    let gradient = excess.matmul(features) / rows + pull
    return (fit + dot(pull, coefficients) / 2, gradient)
  }

  /// The Hessian times a direction. A row x with probabilities p adds (diag p − ppᵀ) ⊗ xxᵀ.
  ///
  /// In single precision, which is enough for the way to the minimum: the gradient says where that is. Logits are
  /// taken relative to a row's most probable class, so that of a settled row what is left is not rounding.
  private func product(
    _ probabilities: Tensor, _ penalties: Tensor
  ) -> (_ direction: Tensor) -> Tensor {
    let likely = probabilities.max(along: 0).places.unsqueezed(0)
    let probabilities = probabilities.to(.float32)
    let count = Double(features.size(0))
    return { direction in
      let logits = direction.to(.float32).matmul(roughFeatures.transposed())
      let weighted = (logits - logits.elements(at: likely, along: 0)) * probabilities
      let change = weighted - probabilities * weighted.sum(along: [0], keepingDimensions: true)
      return change.matmul(roughFeatures).to(.float64) / count + direction * penalties
    }
  }

  /// penalty for each coefficient, none for the constants: 1×(D+1).
  private func penaltyRow(_ penalty: Double) -> Tensor {
    let size = features.size(1)
    return Tensor((0..<size).map { $0 < size - 1 ? penalty : 0 }, shape: [1, size])
      .to(features.device)
  }

  /// The inverse of the Hessian's diagonal, between projections onto what is balanced.
  private func diagonalSolution(_ probabilities: Tensor, _ penalties: Tensor) -> (Tensor) -> Tensor
  {
    let weights = (probabilities - probabilities.squared()) / Double(features.size(0))
    let diagonal = weights.matmul(features.squared()) + penalties + 1e-12
    return { direction in balanced(balanced(direction) / diagonal) }
  }

  /// The inverse of the Hessian's diagonal blocks, XᵀD_cX/N + penalty with p_c(1−p_c) on the diagonal of D_c for
  /// class c, between projections onto what is balanced. Of a class, the rows that are least settled stand for all,
  /// scaled: few matter, and eight a coefficient suffice.
  private func blockSolution(_ probabilities: Tensor, _ penalties: Tensor) -> (Tensor) -> Tensor {
    let (rows, size) = (features.size(0), features.size(1))
    let weights = (probabilities - probabilities.squared()) / Double(rows)
    let blocks = (0..<weights.size(0)).map { index in
      let own = weights[index]
      let (largest, places) = own.largest(min(rows, 8 * size))
      // One, not NaN, where all rows are settled for good.
      let scale = (own.sum() + 1e-300) / (largest.sum() + 1e-300)
      let chosen = features.gathered(places)
      return chosen.transposed().matmul(chosen * (largest * scale).unsqueezed(1))
    }
    // Rounding alone, where all rows are settled.
    let floor = Tensor.eye(size, .float64, on: features.device) * (penalties + 1e-12)
    let factor = (Tensor.stacked(blocks) + floor).choleskyFactor()
    return { direction in
      balanced(factor.choleskySolve(balanced(direction).unsqueezed(2)).squeezed(2))
    }
  }
}
