import Geometry
import Records

/// How near two views of one sample are on the sphere.
struct Alignment: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = [.secondView]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "alignment", name: "Alignment", group: .invariance, prominence: .announced,
        meaning: "mean squared distance of two views on the sphere",
        source: "Wang & Isola, ICML 2020")
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    for (index, pair) in try subject.pairs().enumerated() {
      guard let pair,
        let value = try whereMeasurable({ try alignment(pair.first, pair.second) })
      else { continue }
      figures[index].record(
        value, as: "alignment",
        Convention(
          centered: false, rowNormalized: true,
          n: subject.count(pair.first.size(0), beside: figures[index]), views: 2))
    }
  }
}
