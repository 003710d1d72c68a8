import Foundation
import Hummingbird
import Records
import Reports

extension Site {
  /// The page of chosen runs beside each other.
  func comparePage(_ call: Call) throws -> Response {
    let number = index.hub.number
    let query = try CompareQuery(call.parameters)
    let comparison = Comparison(query, self)
    let data = try pages.page(call.request.uri.string, version: comparison.version) {
      try Shell(
        title: "Compare \(LiveText.count(comparison.runs.count, "run"))", template: "compare",
        values: try ComparePage(comparison).values, partials: ["charttables"], place: "runs",
        events: events(after: number),
        charts: "/compare/charts.json" + Parameters.query(query.parameters),
        runs: query.chosen.identifiers, mapStyle: assets.mapStyle
      ).html()
    }
    return Answer.content(data, type: "text/html; charset=utf-8")
  }

  /// What is drawn in it.
  func compareCharts(_ call: Call) throws -> Response {
    let comparison = Comparison(try CompareQuery(call.parameters), self)
    let data = try pages.page(call.request.uri.string, version: comparison.version) {
      try (comparison.comparison.figures + comparison.spectra.figures).data()
    }
    return Answer.content(data, type: "application/json")
  }
}

/// Turns a comparison into the values of its page's template.
struct ComparePage {
  private let comparison: Comparison
  private var query: CompareQuery { comparison.query }

  init(_ comparison: Comparison) { self.comparison = comparison }

  /// How much a curve can be smoothed, in percent of its length.
  private static let smoothings = [0, 1, 2, 5, 10, 20]

  var values: [String: Any] {
    get throws {
      let curves = comparison.comparison
      let spectra = comparison.spectra
      let (curveFigures, spectrumFigures) = (curves.figures, spectra.figures)
      let markups = try (curveFigures + spectrumFigures).markups()
      let epochs = comparison.epochs
      let identifiers = query.chosen.parameters
      var all: [String: Any] = [
        "count": LiveText.count(comparison.runs.count, "run"),
        "hasRuns": !comparison.runs.isEmpty, "hasMissing": !comparison.missing.isEmpty,
        "missing": LiveText.count(comparison.missing.count, "chosen run"),
        "runs": query.chosen.identifiers.joined(separator: ","),
        "curves": curveFigures.isEmpty ? "" : markups.first ?? "",
        "hasCurves": !curveFigures.isEmpty,
        "spectra": spectrumFigures.isEmpty ? "" : markups.last ?? "",
        "hasSpectra": !spectrumFigures.isEmpty,
        "curveTables": ChartTables.values(of: curves.tables),
        "spectrumTables": ChartTables.values(of: spectra.tables),
        "hasSlider": epochs.count > 1, "firstEpoch": "\(epochs.first ?? 0)",
        "lastEpoch": "\(epochs.last ?? 0)", "epoch": "\(comparison.epoch)",
        "epochText": Numerals.setting((100 * comparison.epoch).rounded() / 100),
        "epochs": epochs.map { ["value": "\($0)"] },
        "link": "/compare" + Parameters.query(query.parameters),
        "scatter": "/scatter" + Parameters.query(identifiers),
        "table": "/" + Parameters.query(identifiers),
      ]
      all.merge(choices) { $1 }
      all.merge(settings) { $1 }
      return all
    }
  }

  /// The values of the form.
  private var choices: [String: Any] {
    let (logged, figures, layers) = comparison.choices
    let names = comparison.names
    let offered = names + logged.map(CurveName.logged).filter { !names.contains($0) }
    let differing = SettingDifferences(comparison.runs).rows.map(\.key)
    func options(_ all: [(value: String, text: String)], _ chosen: String) -> [[String: Any]] {
      all.map { ["value": $0.value, "text": $0.text, "isChosen": $0.value == chosen] }
    }
    let smoothings = Set(Self.smoothings + [query.smoothing]).sorted()
    return [
      "offered": offered.map { name in
        [
          "value": name.text, "text": name.title(comparison.catalogue),
          "isChosen": names.contains(name),
        ] as [String: Any]
      },
      "figureChoices": figures.map { ["value": $0.key, "text": $0.name] },
      "hasFigureChoices": !figures.isEmpty,
      "layerChoices": layers.map { ["value": $0] },
      "alongs": options(
        CurveComparison.Along.allCases.map { ($0.rawValue, $0.title) }, query.along.rawValue),
      "smoothings": options(
        smoothings.map { ("\($0)", $0 == 0 ? "none" : "over \($0) %") }, "\(query.smoothing)"),
      "isLogarithmic": query.isLogarithmic,
      "colors": options(
        [("", "each run")] + differing.map { (RunColumn.setting($0).text, $0) },
        query.color?.text ?? ""),
    ]
  }

  /// The values of the table of settings.
  private var settings: [String: Any] {
    let runs = comparison.runs
    let differences = SettingDifferences(runs).rows
    let now = Date()
    let rows = zip(runs.indices, comparison.labels).map { place, label in
      let run = runs[place]
      return [
        "name": label, "address": "/runs/\(run.identifier)", "folder": run.place.label,
        "state": run.state.rawValue,
        "loss": RunColumn.fact(.loss).shown(run, comparison.catalogue, now: now) ?? "–",
        "without": "/compare"
          + Parameters.query(query.leaving(run.identifier).parameters),
        "cells": differences.map { row in
          let text = row.values[place].map(FlatSettings.text)
          return [
            "text": text ?? "–", "isAbsent": text == nil, "isMarked": row.marks[place],
            "isText": (text?.count ?? 0) > 18,
          ] as [String: Any]
        },
      ] as [String: Any]
    }
    return [
      "settingHeads": differences.map { ["key": $0.key] }, "settingRows": rows,
      "hasDifferences": !differences.isEmpty,
    ]
  }
}

/// Tables that stand beside charts, as templates take them.
enum ChartTables {
  static func values(of tables: [CurveComparison.Table]) -> [[String: Any]] {
    tables.map { table in
      [
        "title": table.title, "heads": table.heads.map { ["text": $0] },
        "rows": table.rows.map { row in
          ["name": row.name, "cells": row.cells.map { ["text": $0 ?? "–"] }] as [String: Any]
        },
      ]
    }
  }
}

extension CompareQuery {
  /// The same without one of the runs.
  func leaving(_ identifier: String) -> CompareQuery {
    var other = self
    other.chosen = chosen.leaving(identifier)
    return other
  }
}
