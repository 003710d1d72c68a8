import Foundation
import RunStore

/// Turns the runs of a report into the page's templates' values.
struct ReportPage {
  private let runs: RunSet
  private let figures: [ChartFigure]

  init(of runs: RunSet) {
    self.runs = runs
    figures = [
      ChartFigure.rankAndAccuracy(of: runs), ChartFigure.spectra(of: runs),
      ChartFigure.invariance(of: runs), ChartFigure.trajectory(of: runs),
      ChartFigure.training(of: runs),
    ].compactMap { $0 }
  }

  func html() throws -> String {
    var notes = Footnotes()
    let tables = FigureTable.tables(of: runs, notes: &notes)
    let sheets = runs.members.enumerated().compactMap(sheet)
    let configurations = runs.members.compactMap(configuration)
    let context: [String: Any] = [
      "title": title, "subtitle": subtitle, "severalRuns": runs.members.count > 1,
      "byStrength": !runs.strengths.isEmpty,
      "runsTable": runsTable,
      "tables": tables.enumerated().map { table($1, number: $0 + 2) },
      "hasTables": !tables.isEmpty,
      "notes": notes.texts.enumerated().map { ["mark": Footnotes.letter($0), "text": $1] },
      "hasNotes": !notes.texts.isEmpty,
      "figures": figures.enumerated().map(figure),
      "hasFigures": !figures.isEmpty,
      "definitions": definitions, "sheetColumns": min(sheets.count, 3),
      "sheets": sheets, "hasSheets": !sheets.isEmpty,
      "configurations": configurations, "hasConfigurations": !configurations.isEmpty,
      "downloads": try Downloads(of: runs).files.map {
        ["name": $0.name, "label": $0.label, "uri": $0.uri]
      },
      "style": try ReportResources.text(of: "report.css"),
      "script": try ReportResources.text(of: "report.js"),
      "plotly": try ReportResources.text(of: ReportResources.plotly),
      "chartData": Markup.scriptSafe(try RunJSON.line(identified)),
    ]
    return try Markup.render("page", partials: ["tables", "figure"], context)
  }

  private var title: String {
    runs.members.count == 1
      ? runs.members[0].run.name : "\(runs.members.count) runs of contrastive learning"
  }

  private var subtitle: String {
    guard let weakest = runs.strengths.first, let strongest = runs.strengths.last else {
      return "What the projection head does to the representation"
    }
    return "What the projection head does to the representation, at augmentation strengths "
      + "\(Numerals.setting(weakest)) to \(Numerals.setting(strongest))"
  }

  private var definitions: [[String: Any]] {
    let layers = runs.members.flatMap(\.run.summary.layers.values)
    let keys = Set(layers.flatMap { FigureTable.scalars($0).keys })
    return FigureCatalogue.ordered(keys).filter { !$0.meaning.isEmpty }.map {
      ["name": $0.name, "key": $0.key, "meaning": $0.meaning]
    }
  }

  private var runsTable: [String: Any] {
    let table = RunsTable(of: runs)
    return [
      "number": 1,
      "heads": table.heads.map { ["text": $0.text, "isSetting": $0.isSetting] as [String: Any] },
      "rows": table.rows.map { row in
        let name = row.first.flatMap { $0 } ?? ""
        return [
          "name": name, "isLong": Self.isLong(name), "cells": row.dropFirst().map(cell),
        ] as [String: Any]
      },
    ]
  }

  private func table(_ table: FigureTable, number: Int) -> [String: Any] {
    let columns = table.heads.reduce(0) { $0 + $1.layers.count }
    return [
      "number": number, "isContinued": number > 2,
      "heads": table.heads.map { head in
        [
          "label": head.label, "name": head.name ?? "", "hasName": head.name != nil,
          "span": head.layers.count,
        ] as [String: Any]
      },
      "layers": table.heads.flatMap { head in
        head.layers.enumerated().map { ["layer": $1, "isFirst": $0 == 0] as [String: Any] }
      },
      "parts": table.parts.map { part in
        [
          "title": part.title ?? "", "hasTitle": part.title != nil, "span": columns + 1,
          "rows": part.rows.map { row($0, of: table) },
        ] as [String: Any]
      },
    ]
  }

  private func row(_ row: FigureTable.Row, of table: FigureTable) -> [String: Any] {
    let firsts = table.heads.flatMap { head in head.layers.indices.map { $0 == 0 } }
    return [
      "name": row.name, "marks": row.marks, "hasMarks": !row.marks.isEmpty,
      "tip": row.meaning.isEmpty ? row.key : "\(row.key): \(row.meaning)",
      "cells": zip(row.cells, firsts).map { text, isFirst in
        var cell = cell(text)
        cell["isFirst"] = isFirst
        return cell
      },
    ]
  }

  private func cell(_ text: String?) -> [String: Any] {
    ["text": text ?? "–", "isAbsent": text == nil, "isLong": Self.isLong(text ?? "")]
  }

  /// Whether a table's cell has to break its text into lines.
  private static func isLong(_ text: String) -> Bool { text.count > 18 }

  private func figure(place: Int, _ figure: ChartFigure) -> [String: Any] {
    [
      "number": place + 1, "title": figure.title, "reading": figure.reading,
      "columns": figure.charts.count == 4 || figure.charts.count == 6
        ? 2 : min(figure.charts.count, 3),
      "legend": figure.legend.map { entry in
        [
          "label": entry.label, "light": entry.paint.light, "dark": entry.paint.dark,
          "pattern": Self.strokePattern(entry.dash), "group": entry.group,
          "isMarked": entry.isMarked, "mark": Self.mark(entry.dash),
        ] as [String: Any]
      },
      "hasLegend": figure.legend.count > 1,
      "charts": figure.charts.enumerated().map { index, chart in
        [
          "id": Self.identifier(place, index), "title": chart.title ?? "",
          "hasTitle": chart.title != nil, "description": "\(figure.title): \(chart.title ?? "")",
        ] as [String: Any]
      },
    ]
  }

  /// The charts with the identifiers of the elements that they are drawn in.
  private var identified: [IdentifiedChart] {
    figures.enumerated().flatMap { place, figure in
      figure.charts.enumerated().map {
        IdentifiedChart(id: Self.identifier(place, $0), chart: $1)
      }
    }
  }

  private struct IdentifiedChart: Encodable {
    let id: String
    let chart: Chart
  }

  private static func identifier(_ figure: Int, _ chart: Int) -> String {
    "chart-\(figure + 1)-\(chart + 1)"
  }

  private static func strokePattern(_ dash: Dash) -> String {
    switch dash {
    case .solid: "none"
    case .dash: "7 4"
    case .dot: "2 3"
    case .dashdot: "7 3 2 3"
    }
  }

  /// The path of the marker that goes with a pattern, as Plotly's are in report.js.
  private static func mark(_ dash: Dash) -> String {
    switch dash {
    case .solid: "M21 5a4 4 0 1 1-8 0a4 4 0 1 1 8 0z"
    case .dash: "M17 0.2L21.8 5L17 9.8L12.2 5z"
    case .dot: "M13.5 1.5h7v7h-7z"
    case .dashdot: "M17 0.8L21.6 9H12.4z"
    }
  }

  private func sheet(place: Int, _ member: RunSet.Member) -> [String: Any]? {
    guard let sheet = member.run.contactSheet else { return nil }
    return [
      "name": member.run.name, "label": member.label, "uri": sheet.uri,
      "width": sheet.width * sheet.scale, "height": sheet.height * sheet.scale,
    ]
  }

  private func configuration(_ member: RunSet.Member) -> [String: Any]? {
    member.run.configuration.map { ["name": member.run.name, "text": $0] }
  }
}
