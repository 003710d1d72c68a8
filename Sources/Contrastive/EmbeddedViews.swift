import Torch

/// Embeddings of several views of the same samples, with what else an objective may look at.
///
/// Several processes may have a batch between them: then these are the views of one process' samples, and `whole` has those of all.
public struct EmbeddedViews {
  /// How many views each sample has.
  public let views: Int
  private let rows: SharedRows
  private let classes: SharedRows?
  private let copies: SharedRows?
  private let isWhole: Bool

  /// Embeddings of whole samples; their number must be a multiple of `views`.
  ///
  /// - Parameters:
  ///   - embeddings: (views·N)×D, view after view.
  ///   - views: how many views each sample has.
  ///   - labels: the samples' classes, N of int64.
  ///   - targets: what slow copies make of the same views, in the same rows.
  ///   - group: the processes that have the batch between them, each with as many samples; nil for this one alone.
  public init(
    _ embeddings: Tensor, views: Int, labels: Tensor? = nil, targets: Tensor? = nil,
    sharedBy group: ProcessGroup? = nil
  ) {
    precondition(
      views > 0 && embeddings.size(0).isMultiple(of: views),
      "\(embeddings.size(0)) embeddings of \(views) views a sample")
    self.init(
      views: views, rows: SharedRows(embeddings, views: views, group: group),
      classes: labels.map { SharedRows($0, views: 1, group: group) },
      copies: targets.map { SharedRows($0, views: views, group: group) }, isWhole: false)
  }

  private init(
    views: Int, rows: SharedRows, classes: SharedRows?, copies: SharedRows?, isWhole: Bool
  ) {
    self.views = views
    self.rows = rows
    self.classes = classes
    self.copies = copies
    self.isWhole = isWhole
  }

  /// (views·N)×D, view after view: row v·N + i is view v of sample i.
  public var embeddings: Tensor { isWhole ? rows.all : rows.own }
  /// The samples' classes, N of int64, for objectives that learn from them.
  public var labels: Tensor? { isWhole ? classes?.all : classes?.own }
  /// What slow copies of encoder and head make of the same views, in the same rows, without
  /// gradients, for objectives that compare with them.
  public var targets: Tensor? { isWhole ? copies?.all : copies?.own }

  /// N, the number of samples.
  public var sampleCount: Int { embeddings.size(0) / views }

  /// The embeddings of each view, N×D.
  public var eachView: [Tensor] { embeddings.split(sampleCount) }

  /// The processes that have the batch between them; nil where these are all of its views.
  public var group: ProcessGroup? { isWhole ? nil : rows.group }

  /// The views of all processes' samples: in each view those of rank 0 come first, then those of rank 1. Its rows are gathered when they
  /// are first asked for, which all processes have to do in the same order; a gradient at them goes on to the process whose they are.
  public var whole: EmbeddedViews {
    EmbeddedViews(views: views, rows: rows, classes: classes, copies: copies, isWhole: true)
  }

  /// Of a tensor's rows for all views of the whole batch, those of these views.
  public func own(of all: Tensor) -> Tensor { isWhole ? all : rows.own(of: all) }

  /// The same batch, embedded otherwise.
  public func replacingEmbeddings(by other: Tensor) -> EmbeddedViews {
    EmbeddedViews(
      views: views, rows: SharedRows(other, views: views, group: group), classes: classes,
      copies: copies, isWhole: isWhole)
  }

  /// The same batch, cut off from the graph that computed its embeddings.
  public var detached: EmbeddedViews { replacingEmbeddings(by: embeddings.detached()) }
}
