import Foundation
import Hummingbird
import Records
import Reports

extension Site {
  /// The page of two figures of many runs against each other.
  func scatterPage(_ call: Call) throws -> Response {
    let number = index.hub.number
    let query = try ScatterQuery(call.parameters)
    let version = "\(index.snapshot.version)"
    let data = try pages.page(call.request.uri.string, version: version) {
      let scatter = Scatter(query, self)
      return try Shell(
        title: "Scatter", template: "scatter", values: try ScatterPage(scatter).values,
        partials: ["charttables"], place: "runs", events: events(after: number),
        charts: "/scatter/charts.json" + Parameters.query(query.parameters),
        runs: query.chosen.identifiers, mapStyle: assets.mapStyle
      ).html()
    }
    return Answer.content(data, type: "text/html; charset=utf-8")
  }

  /// What is drawn in it.
  func scatterCharts(_ call: Call) throws -> Response {
    let query = try ScatterQuery(call.parameters)
    let data = try pages.page(call.request.uri.string, version: "\(index.snapshot.version)") {
      try Scatter(query, self).comparison.figures.data()
    }
    return Answer.content(data, type: "application/json")
  }
}

/// Turns a scatter into the values of its page's template.
struct ScatterPage {
  private let scatter: Scatter
  private var query: ScatterQuery { scatter.query }

  init(_ scatter: Scatter) { self.scatter = scatter }

  /// More rows than this are for programs.
  private static let mostRows = 500

  var values: [String: Any] {
    get throws {
      let figures = scatter.comparison.figures
      let shown = points
      let differing = SettingDifferences(scatter.runs).rows.map { RunColumn.setting($0.key) }
      return [
        "summary": summary(shown.count), "figure": try figures.markup(),
        "hasFigure": !figures.isEmpty, "x": scatter.x.text, "y": scatter.y.text,
        "kept": query.choice.map { ["name": $0.key, "value": $0.value] },
        "choices": scatter.choices.map {
          ["value": $0.text, "text": $0.title(scatter.catalogue)]
        },
        "colors": ([nil] + differing).map { column in
          [
            "value": column?.text ?? "", "text": column?.title(scatter.catalogue) ?? "none",
            "isChosen": column == query.color,
          ] as [String: Any]
        },
        "isJoined": query.isJoined, "hasLogarithmicX": query.hasLogarithmicX,
        "hasLogarithmicY": query.hasLogarithmicY,
        "tables": ChartTables.values(of: [table(shown)]), "hasRows": !shown.isEmpty,
        "link": "/scatter" + Parameters.query(query.parameters),
        "compare": "/compare" + Parameters.query(query.chosen.parameters),
        "hasChosen": !query.chosen.identifiers.isEmpty,
        "runsAddress": "/" + Parameters.query(query.choice),
      ]
    }
  }

  private typealias Row = (name: String, cells: [Double?])

  private var points: [Row] {
    zip(scatter.runs, Comparison.labels(of: scatter.runs)).compactMap { run, name in
      let layers: [String?] = scatter.isJoined ? ["h", "z"] : [nil]
      let found = layers.map { scatter.point(run, at: $0) }
      guard found.contains(where: { $0 != nil }) else { return nil }
      return (name, found.flatMap { [$0?.x, $0?.y] })
    }
  }

  private func table(_ rows: [Row]) -> CurveComparison.Table {
    let sides = [scatter.title(scatter.x), scatter.title(scatter.y)]
    let more = rows.count > Self.mostRows ? ", the first \(Self.mostRows) runs" : ""
    return CurveComparison.Table(
      title: "\(sides[1]) against \(sides[0])\(more)",
      heads: scatter.isJoined
        ? ["h", "z"].flatMap { layer in sides.map { "\($0), \(layer)" } } : sides,
      rows: rows.prefix(Self.mostRows).map { row in
        (row.name, row.cells.map { $0.map { Numerals.significant($0, 4) } })
      })
  }

  private func summary(_ shown: Int) -> String {
    let total = LiveText.count(scatter.total, "run")
    var text = "\(total), \(Numerals.count(Double(shown))) with both figures."
    if scatter.total > scatter.runs.count {
      text += " The first \(Numerals.count(Double(scatter.runs.count))) are looked at."
    }
    return text
  }
}
