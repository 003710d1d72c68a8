import Records
import Torch

extension LayerFigures {
  /// Adds what nearest neighbours and a linear probe, fitted on `training`, get right on `heldOut`.
  ///
  /// - Throws: `EvaluationError` for embeddings that do not go together or are not finite; and, with
  ///   `knn_top1` added, where all training labels are the same.
  public mutating func addAccuracies(
    training: LabeledEmbeddings, heldOut: LabeledEmbeddings
  ) throws(EvaluationError) {
    let neighbors = try NearestNeighbors(training: training)
    values["knn_top1"] = try neighbors.accuracy(on: heldOut)
    conventions["knn_top1"] = Convention(
      centered: false, rowNormalized: true, n: heldOut.count, k: neighbors.neighborCount,
      fitted: training.count, temperature: neighbors.temperature)
    let probe = try LinearProbe(training: training)
    values["linear_top1"] = try probe.accuracy(on: heldOut)
    conventions["linear_top1"] = Convention(
      centered: true, rowNormalized: false, n: heldOut.count, fitted: training.count)
  }

  /// Adds `attribute.FACTOR`: R² of reading a number, or accuracy of reading a kind, on `n` test samples after
  /// a fit of others.
  public mutating func addAttribute(
    _ factor: String, score: Double, n: Int? = nil, fitted: Int? = nil
  ) {
    values["attribute.\(factor)"] = score
    conventions["attribute.\(factor)"] = Convention(
      centered: true, rowNormalized: false, n: n, fitted: fitted)
  }

  /// Adds `augmentation.PARAMETER`: R² of reading what a view was subjected to, on the views of `n` embeddings
  /// of samples that were not among the `fitted` ones, `views` of each.
  public mutating func addDecoding(
    _ score: Double, of parameter: String, views: Int, n: Int, fitted: Int? = nil
  ) {
    values["augmentation.\(parameter)"] = score
    conventions["augmentation.\(parameter)"] = Convention(
      centered: true, rowNormalized: false, n: n, views: views, fitted: fitted)
  }

  /// Probes labelled embeddings that come without a split: every fifth row of each class is held out.
  ///
  /// - Throws: `EvaluationError` for labels that do not fit the rows, and embeddings that are not finite.
  public init(
    probing embeddings: Tensor, labels: [Int], layer: String
  ) throws(EvaluationError) {
    let all = try LabeledEmbeddings(embeddings: embeddings, labels: labels)
    let split = HeldOut(stratifiedBy: labels)
    func part(_ rows: [Int]) throws(EvaluationError) -> LabeledEmbeddings {
      try LabeledEmbeddings(
        embeddings: all.embeddings.gathered(Tensor(rows).to(all.embeddings.device)),
        labels: rows.map { labels[$0] })
    }
    self.init(layer: layer, n: labels.count, dimension: embeddings.size(1))
    try addAccuracies(training: part(split.fitted), heldOut: part(split.heldOut))
  }
}
