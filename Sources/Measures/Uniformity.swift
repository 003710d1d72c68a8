import Geometry
import Records

/// How evenly embeddings lie on the sphere.
struct Uniformity: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = []

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "uniformity", name: "Uniformity", group: .invariance, prominence: .announced,
        meaning: "log of the mean Gaussian potential of pairs on the sphere; lower is more even",
        source: "Wang & Isola, ICML 2020")
    ]
  }

  /// Of one view of each sample, or of the samples as they are where there are no views.
  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    let embeddings = try subject.embeddings()
    for (index, pair) in try subject.pairs().enumerated() {
      let rows = pair?.first ?? embeddings[index]
      guard let value = try whereMeasurable({ try uniformity(rows) }) else { continue }
      figures[index].record(
        value, as: "uniformity",
        Convention(
          centered: false, rowNormalized: true,
          n: subject.count(rows.size(0), beside: figures[index]), views: pair == nil ? nil : 1))
    }
  }
}
