import Augmentations
import Evaluation
import Geometry
import Records
import Torch

/// How well it can be read from a view's embedding what the image was subjected to.
struct AugmentationDecoding: Measure {
  let occasion = Occasion.atEnd
  let needs: Set<Need> = [.model]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "augmentation", name: "Augmentation", group: .information, standsAlone: false,
        members: [.names(ViewParameters.factorNames)],
        meaning: "R² of decoding, from a view's embedding, how the view was augmented")
    ]
  }

  /// All of it; it makes the views that others take, too.
  func pieces(of subject: any Subject) -> [MeasurePiece] {
    [MeasurePiece(.first) { try measure(subject, into: &$0) }]
  }

  /// Fitted on the views of four fifths of the samples, scored on those of the others.
  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    guard let model = subject.model else { return }
    let (samples, count) = (model.sample(model.sizes.orbitSamples), model.sizes.orbitViews)
    let parameters = model.network.source(model.measured.splits.heldOut, model.measured.policy)
      .parameters(of: samples, epoch: 0, count: count).map(\.factors)
    let isHeldOut = parameters.indices.map { ($0 % samples.count) % 5 == 4 }
    let rows = Rows(
      fitted: isHeldOut.indices.filter { !isHeldOut[$0] },
      heldOut: isHeldOut.indices.filter { isHeldOut[$0] })
    guard rows.heldOut.count >= 2 else { return }
    for (index, views) in try subject.orbits().enumerated() {
      try add(parameters, rows, views, to: &figures[index])
    }
  }

  private struct Rows {
    let fitted: [Int]
    let heldOut: [Int]
  }

  private func add(
    _ parameters: [[Float]], _ rows: Rows, _ views: [Tensor], to figures: inout LayerFigures
  ) throws {
    let all = Tensor.concatenated(views)
    func attribute(_ column: Int, _ rows: [Int]) -> Attribute {
      let values = rows.map { Double(parameters[$0][column]) }
      guard case .circular(let period) = ViewParameters.decodedFactors[column].kind else {
        return .linear(values)
      }
      return .circular(values, period: Double(period))
    }
    let varying = ViewParameters.factorNames.indices.filter { column in
      rows.fitted.contains { parameters[$0][column] != parameters[rows.fitted[0]][column] }
    }
    let results = AttributeRegression.of(
      varying.map { (attribute($0, rows.fitted), attribute($0, rows.heldOut)) },
      training: all.gathered(Tensor(rows.fitted).to(all.device)),
      test: all.gathered(Tensor(rows.heldOut).to(all.device)))
    for (column, result) in zip(varying, results) {
      guard let score = try whereMeasurable({ try result.get().score }) else { continue }
      figures.record(
        score, as: "augmentation.\(ViewParameters.factorNames[column])",
        Convention(
          centered: true, rowNormalized: false, n: rows.heldOut.count, views: views.count,
          fitted: rows.fitted.count))
    }
  }
}
