import Augmentations
import Geometry
import Records

/// How embeddings move along finite paths of views: how much the paths bend, and how far their points lie apart.
struct PathsOfGenerators: Measure {
  let occasion = Occasion.atEnd
  let needs: Set<Need> = [.model]

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "path_curvature", name: "Path curvature", group: .tangent, standsAlone: false,
        members: [.names(ViewPath.allCases.map(\.rawValue))],
        meaning:
          "mean ‖d²r/dθ²‖ along a generator on the sphere, by second differences on a fixed grid of five θ"
      )
    ]
  }

  /// Beside the curvature `orbit_spread` on the same points, whose family is `OrbitSpread`'s.
  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    guard let model = subject.model else { return }
    let samples = model.sample(model.sizes.pathSamples)
    for path in ViewPath.allCases {
      for (index, points) in model.network.pathEmbeddings(of: samples, along: path).enumerated() {
        let convention = Convention(
          centered: false, rowNormalized: true,
          n: subject.count(samples.count, beside: figures[index]), views: points.count)
        let curvature = try whereMeasurable {
          try pathCurvature(points: points, spacing: path.spacing)
        }
        if let curvature {
          figures[index].record(curvature, as: "path_curvature.\(path.rawValue)", convention)
        }
        if let spread = try whereMeasurable({ try orbitSpread(views: points) }) {
          figures[index].record(spread, as: "orbit_spread.\(path.rawValue)", convention)
        }
      }
    }
  }
}
