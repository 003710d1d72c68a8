import Foundation
import Torch

/// Alignment and uniformity on the sphere (Wang & Isola 2020, arXiv 2005.10242), u = z/‖z‖:
///
/// L = E‖u − u⁺‖² + λ·mean over views of ln E exp(−t‖u − u′‖²), u and u⁺ two views of one sample, u and u′ the
/// same view of two samples. Needs two samples at least.
public struct AlignmentUniformity: Objective, Sendable, Hashable {
  /// t, the sharpness of the uniformity's kernel.
  public let sharpness: Double
  /// λ, the weight of uniformity.
  public let weight: Double

  /// An objective; the paper's usual values are 2 and 1.
  public init(sharpness: Double = 2, weight: Double = 1) {
    self.sharpness = sharpness
    self.weight = weight
  }

  /// Alignment and uniformity.
  public var terms: [ObjectiveTerm] { [.alignment, .uniformity] }

  /// The loss of z, (views·N)×D, view after view.
  public func loss(of batch: EmbeddedViews) -> Tensor { loss(of: batch, terms: Set(terms)) }

  /// E‖u − u⁺‖² and λ times the rest, those that are asked for.
  public func loss(of batch: EmbeddedViews, terms: Set<ObjectiveTerm>) -> Tensor {
    batch.check(for: self)
    let unit = batch.embeddings.inFullPrecision.normalized()
    return sum(
      of: terms,
      [
        .uniformity: { uniformity(of: unit, batch) * weight },
        .alignment: { meanPositiveDistance(unit, views: batch.views) },
      ])
  }

  private func uniformity(of unit: Tensor, _ batch: EmbeddedViews) -> Tensor {
    let count = batch.sampleCount
    let views = unit.reshaped([batch.views, count, -1])
    let isSelf = Tensor.eye(count, .bool, on: unit.device).unsqueezed(0)
    // Lengths are 1, but for vectors of length 0, which count as what they are.
    let lengths = views.squared().sum(along: [2])
    let squares =
      lengths.unsqueezed(1) + lengths.unsqueezed(2) - views.matmul(views.transposed()) * 2
    let exponents = (squares * -sharpness).filled(where: isSelf, with: -.infinity)
    return exponents.flattened(from: 1).logSumExp(along: 1).mean()
      - log(Double(count * (count - 1)))
  }
}
