import Torch
import TorchNN

/// Sketched isotropic Gaussian regularisation (Balestriero & LeCun 2025, arXiv 2511.08544): the views of a sample are
/// drawn together, and each view's embeddings, seen along random directions, towards a standard normal distribution.
/// With the mean z̄_i of sample i's V views and unit directions a,
///
/// L = (1 − λ)·mean_{i,v,j} (z_ivj − z̄_ij)² + λ·mean_{v,a} N ∫ |φ_va(t) − e^{−t²/2}|² e^{−t²/2} dt,
/// φ_va(t) = 1/N Σ_i exp(i·t·aᵀz_iv),
///
/// the second being the statistic of Epps and Pulley (1983), by trapezoids over 17 points from −5 to 5. Each step has
/// directions of its own, which depend on its number alone. Nothing is contrasted with other samples.
public final class SIGReg: Module, Objective {
  /// How many directions a step takes.
  public let slices: Int
  /// λ, from 0 to 1.
  public let weight: Double
  /// The steps that are finished.
  private let steps: Buffer

  /// The paper's number of directions.
  public static let usualSlices = 1024
  /// The paper's λ.
  public static let usualWeight = 0.05

  /// An objective; the paper's values are the defaults.
  public init(slices: Int = usualSlices, weight: Double = usualWeight) {
    precondition(slices > 0 && (0...1).contains(weight), "\(slices) slices, weight \(weight)")
    self.slices = slices
    self.weight = weight
    steps = Buffer(Tensor([0], shape: []))
  }

  /// This module.
  public var module: Module? { self }

  /// What draws a sample's views together, and what draws each view's embeddings towards a normal distribution.
  public var terms: [ObjectiveTerm] { [.invariance, .normality] }

  /// The loss of z, (views·N)×D, view after view.
  public func loss(of batch: EmbeddedViews) -> Tensor { loss(of: batch, terms: Set(terms)) }

  /// The first and the second summand with their weights, those that are asked for.
  public func loss(of batch: EmbeddedViews, terms: Set<ObjectiveTerm>) -> Tensor {
    batch.check(for: self)
    let z = batch.embeddings.inFullPrecision
    return sum(
      of: terms,
      [
        .invariance: { [self] in spread(of: z, views: batch.views) * (1 - weight) },
        .normality: { [self] in distance(fromNormal: z, views: batch.views) * weight },
      ])
  }

  private func spread(of z: Tensor, views: Int) -> Tensor {
    // Half the mean distance of pairs is the mean distance to their centre, but for (V − 1)/V.
    meanPositiveDistance(z, views: views) * (Double(views - 1) / Double(2 * views * z.size(1)))
  }

  private func distance(fromNormal z: Tensor, views: Int) -> Tensor {
    let count = z.size(0) / views
    let seen = z.matmul(directions(dimension: z.size(1)).to(z.dtype).to(z.device))
      .reshaped([views, count, slices])
    return EppsPulley.integrals(of: seen).mean() * Double(count)
  }

  /// This step's unit directions, `dimension`×`slices`.
  package func directions(dimension: Int) -> Tensor {
    var random = CounterRandom(seed: 0x5193_E6, UInt32(truncatingIfNeeded: Int(steps.tensor.item)))
    let normals = (0..<dimension * slices).map { _ in random.normal() }
    return Tensor(normals, shape: [slices, dimension]).normalized().transposed()
  }

  /// The next step has other directions.
  public func finishStep(on batch: EmbeddedViews) {
    withoutGradients { steps.tensor.increment(by: 1) }
  }
}
