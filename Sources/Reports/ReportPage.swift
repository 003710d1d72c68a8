import Foundation

/// Turns the runs of a report into the page's templates' values.
struct ReportPage {
  private let runs: RunSet
  private let figures: [ChartFigure]

  init(of runs: RunSet) {
    self.runs = runs
    figures = [
      ChartFigure.rankAndAccuracy(of: runs), ChartFigure.spectra(of: runs),
      ChartFigure.invariance(of: runs), ChartFigure.invarianceByGenerator(of: runs),
      ChartFigure.tangentOverlap(of: runs), ChartFigure.nullSpace(of: runs),
      ChartFigure.prediction(of: runs), ChartFigure.similarity(of: runs),
      ChartFigure.information(of: runs), ChartFigure.trajectory(of: runs),
      ChartFigure.training(of: runs),
    ].compactMap { $0 }
  }

  /// The values of `tables.mustache`.
  var tableValues: [String: Any] {
    var notes = Footnotes()
    let tables = FigureTable.tables(of: runs, showing: [.announced, .headline], notes: &notes)
    let details = FigureTable.tables(of: runs, showing: [.detail], notes: &notes)
    return [
      "severalRuns": runs.members.count > 1, "runsTable": runsTable,
      "tables": tables.enumerated().map {
        table($1, number: $0 + 2, title: "What was measured at each layer", isContinued: $0 > 0)
      },
      "details": details.enumerated().map {
        table(
          $1, number: $0 + 2 + tables.count,
          title: "What was measured of each generator, factor, parameter and pair of layers",
          isContinued: $0 > 0)
      },
      "hasDetails": !details.isEmpty,
      "hasTables": !tables.isEmpty,
      "hasControls": (tables + details).contains(where: \.hasControls),
      "notes": notes.texts.enumerated().map { ["mark": Footnotes.letter($0), "text": $1] },
      "hasNotes": !notes.texts.isEmpty, "definitions": definitions,
    ]
  }

  func html() throws -> String {
    let sheets = runs.members.enumerated().compactMap(sheet)
    let configurations = runs.members.compactMap(configuration)
    let values: [String: Any] = [
      "title": title, "subtitle": subtitle, "byStrength": !runs.strengths.isEmpty,
      "figures": FigureMarkup.values(of: figures),
      "hasFigures": !figures.isEmpty,
      "sheetColumns": min(sheets.count, 3),
      "sheets": sheets, "hasSheets": !sheets.isEmpty,
      "configurations": configurations, "hasConfigurations": !configurations.isEmpty,
      "downloads": try Downloads(of: runs).files.map {
        ["name": $0.name, "label": $0.label, "uri": $0.uri]
      },
      "style": try ReportResources.text(of: "report.css"),
      "script": try ReportResources.pageScript("report.js"),
      "plotly": try ReportResources.text(of: ReportResources.plotly),
      "chartData": try FigureMarkup.data(of: figures),
    ]
    return try Markup.render(
      "page", partials: ["tables", "layers", "figure"], tableValues.merging(values) { $1 })
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
    let keys = Set(layers.flatMap { $0.scalars.keys })
    return runs.catalogue.definitions(of: keys).map {
      ["name": $0.name, "key": $0.key, "meaning": $0.definition]
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

  private func table(
    _ table: FigureTable, number: Int, title: String, isContinued: Bool
  ) -> [String: Any] {
    let columns = table.heads.reduce(0) { $0 + $1.layers.count }
    return [
      "number": number, "title": title, "isContinued": isContinued,
      "hasControls": table.hasControls,
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
      "isControl": row.isControl,
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
