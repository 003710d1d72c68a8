import Augmentations
import Geometry
import Records

/// How far the views of one sample lie apart on the sphere.
struct OrbitSpread: Measure {
  let occasion = Occasion.atEnd
  let needs: Set<Need> = [.manyViews]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "orbit_spread", name: "Orbit spread", group: .invariance, standsAlone: true,
        members: [.names(ViewPath.allCases.map(\.rawValue))],
        meaning:
          "mean squared distance of a sample's views to their centroid on the sphere; with a generator's name, of the "
          + "points of its path")
    ]
  }

  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    for (index, views) in try subject.orbits().enumerated() where views.count >= 2 {
      guard let spread = try whereMeasurable({ try orbitSpread(views: views) }) else { continue }
      figures[index].record(
        spread, as: "orbit_spread",
        Convention(
          centered: false, rowNormalized: true,
          n: subject.count(views[0].size(0), beside: figures[index]), views: views.count))
    }
  }
}
