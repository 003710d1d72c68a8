import Torch

/// Barlow Twins (Zbontar et al. 2021, arXiv 2103.03230, equation 1), for two views:
///
/// L = Σ_j (1 − C_jj)² + λ Σ_{i≠j} C_ij², C = Z̃ᵀZ̃′/N, Z̃ being Z with each column brought to mean 0 and variance 1
/// over the batch (1e-5 added to the variance); with more views the mean over unordered pairs.
public struct BarlowTwins: Objective, Sendable, Hashable {
  /// λ, the weight of redundancy between coordinates.
  public let redundancy: Double

  /// An objective; the paper's weight is the default.
  public init(redundancy: Double = 0.005) { self.redundancy = redundancy }

  /// The diagonal of C and, off it, redundancy.
  public var terms: [ObjectiveTerm] { [.diagonal, .redundancy] }

  /// The loss of z, (views·N)×D, view after view.
  public func loss(of batch: EmbeddedViews) -> Tensor { loss(of: batch, terms: Set(terms)) }

  /// Σ_j (1 − C_jj)² and λ Σ_{i≠j} C_ij², those that are asked for.
  public func loss(of batch: EmbeddedViews, terms: Set<ObjectiveTerm>) -> Tensor {
    batch.check(for: self)
    let views = batch.replacingEmbeddings(by: batch.embeddings.inFullPrecision).eachView
      .map(\.standardized)
    let isDiagonal = Tensor.eye(views[0].size(1), .bool, on: views[0].device)
    var losses: [Tensor] = []
    for (index, first) in views.enumerated() {
      for second in views[..<index] {
        let correlations = first.transposed().matmul(second) / Double(batch.sampleCount)
        losses.append(
          sum(
            of: terms,
            [
              .redundancy: {
                correlations.filled(where: isDiagonal, with: 0).squared().sum() * redundancy
              },
              .diagonal: { (1 - correlations.diagonal()).squared().sum() },
            ]))
      }
    }
    return mean(losses)
  }
}

extension Tensor {
  /// Each column with mean 0 and variance 1 over the rows.
  fileprivate var standardized: Tensor {
    let centered = self - mean(along: [0], keepingDimensions: true)
    let variance = centered.squared().mean(along: [0], keepingDimensions: true)
    return centered / sqrt(variance + 1e-5)
  }
}
