import Foundation
import Hummingbird
import Records
import Reports

/// Runs beside each other, for programs.
extension Site {
  static let compareRoutes = [
    Route("/api/v1/compare") { site, call in
      try Answer.json(CompareDocument(Comparison(try CompareQuery(call.parameters), site)))
    },
    Route("/api/v1/scatter") { site, call in
      try Answer.json(ScatterDocument(Scatter(try ScatterQuery(call.parameters), site)))
    },
  ]
}

/// Chosen runs beside each other.
struct CompareDocument: Encodable {
  /// A curve of one run.
  struct Series: Encodable {
    let run: String
    let x: [Double]
    let y: [Double]
  }

  /// A quantity of all runs.
  struct Curve: Encodable {
    let name: String
    let title: String
    let series: [Series]
  }

  let schema = 1
  let runs: [RunBrief]
  /// The identifiers of chosen runs that are not there.
  let missing: [String]
  /// The settings in which the runs differ: each run's value by its identifier.
  let settings: [String: [String: JSONValue]]
  /// What the curves go along.
  let along: String
  let curves: [Curve]

  init(_ comparison: Comparison) {
    let identifiers = comparison.runs.map(\.identifier)
    runs = comparison.runs.map { RunBrief($0) }
    missing = comparison.missing
    var settings: [String: [String: JSONValue]] = [:]
    for row in SettingDifferences(comparison.runs).rows {
      let values = zip(identifiers, row.values).compactMap { run, value in value.map { (run, $0) } }
      settings[row.key] = Dictionary(values, uniquingKeysWith: { $1 })
    }
    self.settings = settings
    along = comparison.query.along.rawValue
    curves = comparison.names.map { name in
      let curve = comparison.curve(name)
      return Curve(
        name: name.text, title: curve.title,
        series: zip(identifiers, curve.points).map { run, points in
          Series(run: run, x: points.map(\.x), y: points.map(\.y))
        })
    }
  }
}

/// Two figures of many runs against each other.
struct ScatterDocument: Encodable {
  /// A run at one layer.
  struct Point: Encodable {
    let run: String
    let name: String
    let layer: String?
    let x: Double
    let y: Double
    let color: JSONValue?
  }

  let schema = 1
  let x: String
  let y: String
  let color: String?
  /// How many runs are chosen.
  let total: Int
  let points: [Point]

  init(_ scatter: Scatter) {
    (x, y, color) = (scatter.x.text, scatter.y.text, scatter.query.color?.text)
    total = scatter.total
    let layers: [String?] = scatter.isJoined ? ["h", "z"] : [nil]
    points = zip(scatter.runs, Comparison.labels(of: scatter.runs)).flatMap { run, name in
      layers.compactMap { layer in
        scatter.point(run, at: layer).map { point in
          Point(
            run: run.identifier, name: name, layer: layer, x: point.x, y: point.y,
            color: scatter.query.color?.value(run)?.json)
        }
      }
    }
  }
}
