import Torch

/// Variance, invariance and covariance regularisation (Bardes et al. 2022, arXiv 2105.04906), for two views Z, Z′:
///
/// L = λ·mean((Z − Z′)²) + μ·½(v(Z) + v(Z′)) + ν·(c(Z) + c(Z′)),
/// v(Z) = mean_j max(0, 1 − √(Var(Z_j) + 1e-4)), c(Z) = 1/D Σ_{i≠j} Cov(Z)_ij²,
///
/// variance and covariance over N − 1; with more views the mean over unordered pairs. Nothing is contrasted with
/// other samples. Needs two samples at least.
public struct VICReg: Objective, Sendable, Hashable {
  /// λ, μ and ν.
  public let invariance: Double, variance: Double, covariance: Double

  /// An objective; the paper's weights are the defaults.
  public init(invariance: Double = 25, variance: Double = 25, covariance: Double = 1) {
    self.invariance = invariance
    self.variance = variance
    self.covariance = covariance
  }

  /// Invariance, variance and covariance.
  public var terms: [ObjectiveTerm] { [.invariance, .variance, .covariance] }

  /// The loss of z, (views·N)×D, view after view.
  public func loss(of batch: EmbeddedViews) -> Tensor { loss(of: batch, terms: Set(terms)) }

  /// λ·mean((Z − Z′)²), μ·½(v(Z) + v(Z′)) and ν·(c(Z) + c(Z′)), those that are asked for.
  public func loss(of batch: EmbeddedViews, terms: Set<ObjectiveTerm>) -> Tensor {
    batch.check(for: self)
    let z = batch.embeddings.inFullPrecision
    let count = batch.sampleCount
    let dimension = z.size(1)
    let views = z.reshaped([batch.views, count, dimension])
    let centered = views - views.mean(along: [1], keepingDimensions: true)
    return sum(
      of: terms,
      [
        .covariance: {
          let covariances = centered.transposed().matmul(centered) / Double(count - 1)
          let isDiagonal = Tensor.eye(dimension, .bool, on: z.device)
          let offDiagonal = covariances.filled(where: isDiagonal, with: 0).squared().sum()
          return offDiagonal * (2 * covariance / Double(dimension * batch.views))
        },
        .variance: {
          let variances = centered.squared().sum(along: [1]) / Double(count - 1)
          return (1 - sqrt(variances + 1e-4)).relu().mean() * variance
        },
        .invariance: {
          meanPositiveDistance(z, views: batch.views) * (invariance / Double(dimension))
        },
      ])
  }
}
