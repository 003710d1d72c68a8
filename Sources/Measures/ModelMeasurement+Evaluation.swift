import Contrastive
import Datasets
import Evaluation
import Records

/// What can be read from each layer, fitted on the training images.
extension ModelMeasurement {
  /// Adds `knn_top1` and `linear_top1` where classes are known, and `attribute.FACTOR` for each known factor.
  func addEvaluation(
    to figures: inout [LayerFigures], heldOut: [ProjectionHead.Layer]
  ) throws {
    let hasLabels = !splits.train.labels.isEmpty && !splits.heldOut.labels.isEmpty
    let factors = splits.heldOut.factors.compactMap { factor in
      splits.train.factors.first { $0.name == factor.name }.map { (training: $0, heldOut: factor) }
    }
    guard hasLabels || !factors.isEmpty else { return }
    let training = embeddings(of: splits.train)
    for index in figures.indices {
      if hasLabels {
        _ = try whereMeasurable {
          try figures[index].addAccuracies(
            training: LabeledEmbeddings(
              embeddings: training[index].embedding, labels: splits.train.labels),
            heldOut: LabeledEmbeddings(
              embeddings: heldOut[index].embedding, labels: splits.heldOut.labels))
        }
      }
      let results = AttributeRegression.of(
        factors.map { ($0.training.attribute, $0.heldOut.attribute) },
        training: training[index].embedding, test: heldOut[index].embedding)
      for (factor, result) in zip(factors, results) {
        guard let regression = try whereMeasurable({ try result.get() }) else { continue }
        figures[index].addAttribute(
          factor.heldOut.name, score: regression.score, n: splits.heldOut.count,
          fitted: splits.train.count)
      }
    }
  }
}

extension Factor {
  /// The factor as it is regressed on.
  fileprivate var attribute: Attribute {
    switch kind {
    case .linear: .linear(values.map(Double.init))
    case .circular(let period): .circular(values.map(Double.init), period: Double(period))
    case .categorical: .categorical(values.map { Int($0) })
    }
  }
}
