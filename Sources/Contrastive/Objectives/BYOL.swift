import Torch
import TorchNN

/// Bootstrap your own latent (Grill et al. 2020, arXiv 2006.07733, equation 2): a predictor q tells, from one view's
/// z, what slow copies of encoder and head make of another view,
///
/// L = 2 − 2·cos(q(z_v), z′_w), the mean over samples and ordered pairs of different views v, w.
///
/// Nothing is contrasted with other samples. The predictor belongs to the head's player; its batch statistics, if
/// it has any, are over all views at once. The momentum is constant.
public final class BYOL: Module, Objective {
  private let predictor: ProjectionHead
  private let momentum: Double

  /// An objective on z of length `dimension` with a predictor of one batch-normalised hidden layer.
  ///
  /// - Parameters:
  ///   - dimension: z's length.
  ///   - hidden: the width of the predictor's hidden layer.
  ///   - momentum: the slow copies'.
  public init(dimension: Int, hidden: Int, momentum: Double = 0.99) {
    predictor = ProjectionHead(
      .mlp(hidden: [hidden], output: dimension, batchNorm: true), inputs: dimension)
    self.momentum = momentum
  }

  /// This module.
  public var module: Module? { self }

  /// The slow copies'.
  public var targetMomentum: Double? { momentum }

  /// The predictor is made for z and learned with the head.
  public var obstacleAtH: String? {
    "its predictor is made for z and learned with the head"
  }

  /// Over all rows.
  public var isMeanOverRows: Bool { true }

  /// One: nothing is contrasted, and a sample's views make the predictor's batch.
  public var minimumSamples: Int { 1 }

  /// A new predictor.
  public func reinitialize() { predictor.reinitialize() }

  /// The loss of z and its targets, both (views·N)×D, view after view.
  public func loss(of batch: EmbeddedViews) -> Tensor {
    batch.check(for: self)
    let predicted = predictor(batch.embeddings.inFullPrecision).normalized()
    let targets = batch.targetsInFullPrecision.normalized()
    return 2 - meanPositiveProduct(predicted, targets, views: batch.views) * 2
  }
}
