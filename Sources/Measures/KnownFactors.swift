import Contrastive
import Datasets
import Evaluation
import Records

/// How well what varies between the images can be read from each layer.
struct KnownFactors: Measure {
  let occasion = Occasion.evaluation
  let needs: Set<Need> = [.factors]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "attribute", name: "Factor", group: .information, direction: .higher,
        standsAlone: false, members: [.names(DatasetKind.allFactorNames)],
        meaning: "R² of ridge regression, or accuracy, for a known factor of the images")
    ]
  }

  /// Fitted on the images for it, scored on the held-out ones.
  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    guard let model = subject.model, let embeddings = model.wholeSplits() else { return }
    let splits = model.measured.splits
    let factors = splits.heldOut.factors.compactMap { factor in
      splits.fitted.factors.first { $0.name == factor.name }.map { (training: $0, heldOut: factor) }
    }
    guard !factors.isEmpty else { return }
    for index in figures.indices {
      let results = AttributeRegression.of(
        factors.map { ($0.training.attribute, $0.heldOut.attribute) },
        training: embeddings.training[index], test: embeddings.heldOut[index])
      for (factor, result) in zip(factors, results) {
        guard let regression = try whereMeasurable({ try result.get() }) else { continue }
        figures[index].record(
          regression.score, as: "attribute.\(factor.heldOut.name)",
          Convention(
            centered: true, rowNormalized: false, n: splits.heldOut.count,
            fitted: splits.fitted.count))
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
