import Torch
import TorchNN

/// SimSiam (Chen & He 2021, arXiv 2011.10566, equation 1): BYOL without slow copies, the other view's z held fixed,
///
/// L = −cos(q(z_v), stop(z_w)), the mean over samples and ordered pairs of different views v, w.
public final class SimSiam: Module, Objective {
  private let predictor: ProjectionHead

  /// An objective on z of length `dimension` with a predictor of one batch-normalised hidden layer.
  public init(dimension: Int, hidden: Int) {
    predictor = ProjectionHead(
      .mlp(hidden: [hidden], output: dimension, batchNorm: true), inputs: dimension)
  }

  /// This module.
  public var module: Module? { self }

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

  /// The loss of z, (views·N)×D, view after view.
  public func loss(of batch: EmbeddedViews) -> Tensor {
    batch.check(for: self)
    let z = batch.embeddings.inFullPrecision
    return -meanPositiveProduct(
      predictor(z).normalized(), z.detached().normalized(), views: batch.views)
  }
}
