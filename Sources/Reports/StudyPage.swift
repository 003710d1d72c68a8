import Foundation
import Records

/// Turns a study into the values of its page's template.
struct StudyPage {
  private let study: ReportedStudy
  private let address: (ReportedStudy.Run) -> String?
  private let table: StudyRunsTable
  private let claims: [ShownClaim]
  private let ledger: ClaimLedger

  /// A claim in the units that it is shown in.
  private struct ShownClaim {
    let record: ClaimRecord
    let quantity: ClaimQuantity
    /// Its figure, and the figure's place among all; nil without any point.
    var figure: ChartFigure?
    var place: Int?
  }

  /// A page whose links to runs lead to their places, as seen from `folder`.
  init(of study: ReportedStudy, linkedFrom folder: URL) {
    self.init(of: study) { run in run.place.map { StudyText.address(of: $0, from: folder) } }
  }

  /// A page whose links to runs are what `address` says.
  init(of study: ReportedStudy, address: @escaping (ReportedStudy.Run) -> String?) {
    self.study = study
    self.address = address
    table = StudyRunsTable(of: study)
    var drawn = 0
    claims = study.record.claims.map { claim in
      let quantity = ClaimQuantity(of: claim, study.catalogue)
      var shown = ShownClaim(record: quantity.expressed(claim), quantity: quantity)
      shown.figure = ChartFigure.claim(shown.record, quantity, axes: study.record.axes)
      if shown.figure != nil {
        shown.place = drawn
        drawn += 1
      }
      return shown
    }
    ledger = ClaimLedger(of: study.record.claims)
  }

  var title: String { study.record.name }

  var subtitle: String { study.record.question ?? "What the runs of this grid show" }

  /// The figures of the claims that have one.
  var figures: [ChartFigure] { claims.compactMap(\.figure) }

  /// The values of `studybody.mustache`.
  var bodyValues: [String: Any] {
    let record = study.record
    let figures = figures
    return [
      "progress": progress, "axes": record.axes.map(axis), "hasAxes": !record.axes.isEmpty,
      "answers": claims.enumerated().map(answer), "hasClaims": !claims.isEmpty,
      "ledger": claims.enumerated().map(ledgerRow),
      "controlHeads": ledger.controls.map { ["text": $0.title] },
      "hasControls": !ledger.controls.isEmpty,
      "hasDataSets": claims.contains { !$0.record.dataSets.isEmpty },
      "remarks": remarks,
      "claims": claimSections(figures), "hasFigures": !figures.isEmpty,
      "heads": heads, "rows": rows, "hasRuns": !study.runs.isEmpty,
      "hasFinished": study.runs.contains { $0.summary != nil },
      "failures": failures, "hasFailures": !failures.isEmpty,
    ]
  }

  func html() throws -> String {
    let figures = figures
    let values: [String: Any] = [
      "title": title, "subtitle": subtitle,
      "downloads": try Downloads(of: study, table).files.map {
        ["name": $0.name, "label": $0.label, "uri": $0.uri]
      },
      "style": try ReportResources.text(of: "report.css"),
      "sorting": try ReportResources.text(of: "sorting.js"),
      "script": figures.isEmpty ? "" : try ReportResources.pageScript("report.js"),
      "plotly": figures.isEmpty ? "" : try ReportResources.text(of: ReportResources.plotly),
      "chartData": try FigureMarkup.data(of: figures),
    ]
    return try Markup.render(
      "study", partials: ["studybody", "figure"], bodyValues.merging(values) { $1 })
  }

  private var progress: String {
    let total = study.runs.count
    if total == 0 { return "The grid of this study has no runs." }
    let finished = study.count(.finished)
    if finished == total { return "All \(StudyText.count(total, "run")) are finished." }
    let others = [
      (study.count(.running), "running"), (study.count(.pending), "to come"),
      (study.count(.failed), "failed"),
    ].filter { $0.0 > 0 }.map { "\(Numerals.count(Double($0))) \($1)" }
    return "\(Numerals.count(Double(finished))) of \(StudyText.count(total, "run")) finished, "
      + others.joined(separator: ", ") + "."
  }

  private func axis(_ axis: StudyRecord.Axis) -> [String: Any] {
    [
      "key": axis.key,
      "values": axis.values.map { StudyText.setting($0) ?? "" }.joined(separator: ", "),
    ]
  }

  /// What there is to know of single claims, once for all that share it.
  private var remarks: [[String: Any]] {
    let notes = study.record.claims.compactMap(\.note)
    let distinct = notes.enumerated().filter { notes.firstIndex(of: $1) == $0 }.map(\.element)
    return distinct.map { note in
      let claims = study.record.claims.filter { $0.note == note }.map(\.id)
      return ["claims": claims.joined(separator: ", "), "text": note]
    }
  }

  private func answer(place: Int, _ claim: ShownClaim) -> [String: Any] {
    let record = claim.record
    return [
      "anchor": Self.anchor(place), "verdict": record.verdict.rawValue,
      "badge": ClaimLedger.badge(record.verdict),
      "statement": record.statement.hasSuffix(".")
        ? String(record.statement.dropLast()) : record.statement,
      "text": ClaimAnswer(of: record, claim.quantity).text,
    ]
  }

  private func ledgerRow(place: Int, _ claim: ShownClaim) -> [String: Any] {
    var row = ledger.rows(claim.record)
    row["anchor"] = Self.anchor(place)
    row["unit"] = claim.quantity.effectUnit ?? ""
    row["hasUnit"] = claim.quantity.effectUnit != nil
    return row
  }

  private func claimSections(_ figures: [ChartFigure]) -> [[String: Any]] {
    let drawn = FigureMarkup.values(of: figures)
    return claims.enumerated().map { place, claim in
      let record = claim.record
      var values = ledgerRow(place: place, claim)
      values["axis"] = record.axis ?? ""
      values["hasAxis"] = record.axis != nil
      values["seedCount"] = StudyText.count(record.seeds.count, "seed")
      values["hasEffect"] = record.effect != nil
      values["hasInterval"] = record.lower != nil && record.upper != nil
      values["side"] = record.claimedSide
      values["between"] = record.heterogeneity.map { Numerals.fixed(100 * $0.i2, 0) } ?? ""
      values["hasBetween"] = record.heterogeneity != nil
      values["figures"] = claim.place.map { [drawn[$0]] } ?? []
      values["hasFigure"] = claim.place != nil
      return values
    }
  }

  private var heads: [[String: Any]] {
    [["text": "Run", "isSetting": false, "kind": "text"]]
      + table.columns.map {
        [
          "text": $0.title, "isSetting": $0.isSetting,
          "kind": $0.numbers == nil ? "text" : "number",
        ]
      }
  }

  private var rows: [[String: Any]] {
    study.runs.enumerated().map { place, run in
      let address = address(run)
      return [
        "name": run.record.key, "hasPlace": address != nil, "address": address ?? "",
        "cells": table.columns.map { column in
          let text = column.texts[place]
          let value = column.numbers.map { $0[place].map { "\($0)" } ?? "" } ?? text ?? ""
          return ["text": text ?? "–", "isAbsent": text == nil, "value": value] as [String: Any]
        },
      ]
    }
  }

  private var failures: [[String: Any]] {
    study.runs.compactMap { run in
      guard run.failure != nil || run.record.status == .failed else { return nil }
      return [
        "name": run.record.key, "reason": run.failure ?? "no reason was recorded",
      ]
    }
  }

  private static func anchor(_ place: Int) -> String { "claim-\(place + 1)" }
}
