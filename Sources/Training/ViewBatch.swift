import Augmentations
import Torch

/// The images of one training step.
public struct ViewBatch {
  /// (views·N)×3×H×W in 0…1, view after view: row v·N + i is view v of sample i.
  public let images: Tensor
  /// How many views each sample has.
  public let views: Int
  /// The samples' classes, N of int64, where they are known and wanted.
  public let labels: Tensor?

  /// A batch of whole samples.
  public init(_ images: Tensor, views: Int = 2, labels: Tensor? = nil) {
    self.images = images
    self.views = views
    self.labels = labels
  }
}

extension ViewSource {
  /// Views as `views(of:epoch:count:)` makes them, with the samples' labels if wanted.
  package func batch(
    of samples: some Collection<Int>, epoch: Int, views count: Int, withLabels: Bool
  ) -> ViewBatch {
    ViewBatch(
      views(of: samples, epoch: epoch, count: count), views: count,
      labels: withLabels ? labels(of: samples) : nil)
  }
}
