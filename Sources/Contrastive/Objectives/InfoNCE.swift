import Foundation
import Torch
import TorchNN

/// InfoNCE in its symmetric form, NT-Xent (Chen et al. 2020, arXiv 2002.05709, equation 1):
///
/// ℓ_ip = −ln( exp(s(z_i, z_p)/τ) / Σ_{k≠i} exp(s(z_i, z_k)/τ) ), the mean over all views i and all other
/// views p of the same sample; s is the cosine or the dot product. With two views a sample each i has one p;
/// with more, the others stay in the denominator, as in supervised contrastive learning.
public struct InfoNCE: Objective {
  /// How alike two embeddings are.
  public enum Similarity: String, Sendable, CaseIterable {
    case cosine
    case dot
  }

  /// Rows and columns of a tile whose products stay in a core's cache.
  public static let usualTile = 512

  /// How alike two embeddings are.
  public let similarity: Similarity
  /// How many rows and columns of the matrix of similarities exist at a time; nil for all of it.
  public let tile: Int?
  private let initialTemperature: Double
  private let learned: LearnedScale?

  /// An objective at a temperature above 0.
  ///
  /// - Parameters:
  ///   - temperature: τ, or where a learned one begins.
  ///   - similarity: what the softmax is taken of, over τ.
  ///   - learnsTemperature: make ln(1/τ) a parameter, which moves with the head's; after each step it is
  ///     brought back to where 1/τ is at most 100, or where it began if that is more (Radford et al. 2021, CLIP).
  ///   - tile: never make the whole matrix of similarities, (views·N)², but tiles of this many rows and columns, twice:
  ///     memory for large batches, and time saved by the matrix's symmetry. The same loss and gradient; not to be
  ///     differentiated twice.
  public init(
    temperature: Double, similarity: Similarity = .cosine, learnsTemperature: Bool = false,
    tile: Int? = nil
  ) {
    precondition(temperature > 0, "a temperature of \(temperature)")
    precondition(tile ?? 1 > 0, "tiles of \(tile ?? 0)")
    initialTemperature = temperature
    self.similarity = similarity
    self.tile = tile
    learned = learnsTemperature ? LearnedScale(1 / temperature) : nil
  }

  /// The temperature τ, where it is learned as it stands.
  public var temperature: Double { learned.map { 1 / $0.value.item } ?? initialTemperature }

  /// A learned temperature is the head's player's, and what stands at h is the encoder's alone.
  public var obstacleAtH: String? {
    learned == nil ? nil : "its temperature is learned with the head, and the head has no part in h"
  }

  /// Over all rows.
  public var isMeanOverRows: Bool { true }

  /// Over all other views.
  public var softmax: SoftmaxConvention? {
    SoftmaxConvention(temperature: temperature, similarity: similarity)
  }

  /// All other views.
  public func boundingCandidates(samples: Int, views: Int) -> Int? {
    candidatesOfOneBatch(samples: samples, views: views)
  }

  /// What learns the temperature, if it is learned.
  public var module: Module? { learned }

  /// Brings a learned temperature back to where it began.
  public func reinitialize() { learned?.reinitialize() }

  /// Brings a learned temperature back within its bound.
  public func restoreBounds() { learned?.restoreBound() }

  /// With tiles, the gradient is made by hand.
  public var secondOrderObstacle: String? {
    tile.map { _ in "its gradient is made tile by tile and cannot be differentiated again" }
  }

  /// The loss of z, (views·N)×D, view after view.
  public func loss(of batch: EmbeddedViews) -> Tensor {
    batch.check(for: self)
    let z = batch.whole.embeddings.inFullPrecision
    let compared = similarity == .cosine ? z.normalized() : z
    if let tile {
      // Scaled beforehand, products of rows are the logits.
      let rows = compared * sqrt(scale(compared.dtype))
      let own = batch.own(of: rows)
      return meanLogSumExpOfProducts(rows, of: batch.group == nil ? nil : batch.places, tile: tile)
        - meanPositiveProduct(own, own, views: batch.views)
    }
    let logits = batch.own(of: compared).matmul(compared.transposed()) * scale(compared.dtype)
    return contrastiveLoss(ofLogits: logits, of: batch)
  }

  /// 1/τ, a scalar.
  private func scale(_ dtype: DType) -> Tensor {
    learned?.value ?? Tensor.full([], 1 / initialTemperature, dtype)
  }
}

/// A factor that is learned as its logarithm, up to a bound. The bound is the parameter's, not the value's: so at the
/// bound there is still a gradient, which leads away from it.
final class LearnedScale: Module {
  let logarithm: Parameter
  private let initial: Double

  init(_ initial: Double) {
    self.initial = initial
    logarithm = Parameter(Tensor([Float(log(initial))], shape: []))
  }

  var value: Tensor { exp(logarithm.tensor) }

  func reinitialize() { withoutGradients { logarithm.tensor.fill(log(initial)) } }

  func restoreBound() {
    let largest = log(max(100, initial))
    withoutGradients { logarithm.tensor.assign(logarithm.tensor.clamped(max: largest)) }
  }
}

/// The mean, over a batch's rows i and the other views p of row i's sample, of −ln( e^{l_ip} / Σ_{k≠i} e^{l_ik} ),
/// for logits l of these rows and those of the whole batch.
func contrastiveLoss(ofLogits logits: Tensor, of batch: EmbeddedViews) -> Tensor {
  let logProbabilities = logits.filled(where: batch.selfPairs, with: -.infinity)
    .logSoftmax(along: 1)
  return mean(
    (1..<batch.views).map { shift in
      logProbabilities.negativeLogLikelihood(batch.partners(shift: shift))
    })
}
