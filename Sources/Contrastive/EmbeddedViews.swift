import Torch

/// Embeddings of several views of the same samples, with what else an objective may look at.
public struct EmbeddedViews {
  /// (views·N)×D, view after view: row v·N + i is view v of sample i.
  public let embeddings: Tensor
  /// How many views each sample has.
  public let views: Int
  /// The samples' classes, N of int64, for objectives that learn from them.
  public let labels: Tensor?
  /// What slow copies of encoder and head make of the same views, in the same rows, without
  /// gradients, for objectives that compare with them.
  public let targets: Tensor?

  /// Embeddings of whole samples; their number must be a multiple of `views`.
  public init(
    _ embeddings: Tensor, views: Int, labels: Tensor? = nil, targets: Tensor? = nil
  ) {
    precondition(
      views > 0 && embeddings.size(0).isMultiple(of: views),
      "\(embeddings.size(0)) embeddings of \(views) views a sample")
    self.embeddings = embeddings
    self.views = views
    self.labels = labels
    self.targets = targets
  }

  /// N, the number of samples.
  public var sampleCount: Int { embeddings.size(0) / views }

  /// The embeddings of each view, N×D.
  public var eachView: [Tensor] { embeddings.split(sampleCount) }

  /// The same batch, embedded otherwise.
  public func replacingEmbeddings(by other: Tensor) -> EmbeddedViews {
    EmbeddedViews(other, views: views, labels: labels, targets: targets)
  }

  /// The same batch, cut off from the graph that computed its embeddings.
  public var detached: EmbeddedViews { replacingEmbeddings(by: embeddings.detached()) }
}
