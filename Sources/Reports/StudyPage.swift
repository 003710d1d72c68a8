import Foundation
import Records

/// Turns a study into the values of its page's template.
struct StudyPage {
  private let study: ReportedStudy
  private let folder: URL
  private let table: StudyRunsTable
  private let figures: [ChartFigure]
  /// The figure of each claim by its place in `figures`.
  private let figureOfClaim: [Int?]

  init(of study: ReportedStudy, linkedFrom folder: URL) {
    self.study = study
    self.folder = folder
    table = StudyRunsTable(of: study)
    var figures: [ChartFigure] = []
    figureOfClaim = study.record.claims.map { claim in
      let values = study.record.axes.first { $0.key == claim.axis }?.values ?? []
      guard let figure = ChartFigure.claim(claim, values: values) else { return nil }
      figures.append(figure)
      return figures.count - 1
    }
    self.figures = figures
  }

  func html() throws -> String {
    let record = study.record
    let context: [String: Any] = [
      "title": record.name, "subtitle": record.question ?? "What the runs of this grid show",
      "progress": progress, "axes": record.axes.map(axis), "hasAxes": !record.axes.isEmpty,
      "ledger": record.claims.enumerated().map(ledgerRow), "hasClaims": !record.claims.isEmpty,
      "remarks": remarks,
      "claims": claims(), "hasFigures": !figures.isEmpty,
      "heads": heads, "rows": rows, "hasRuns": !study.runs.isEmpty,
      "hasFinished": study.runs.contains { $0.summary != nil },
      "failures": failures, "hasFailures": !failures.isEmpty,
      "downloads": try Downloads(of: study, table).files.map {
        ["name": $0.name, "label": $0.label, "uri": $0.uri]
      },
      "style": try ReportResources.text(of: "report.css"),
      "sorting": try ReportResources.text(of: "sorting.js"),
      "script": figures.isEmpty ? "" : try ReportResources.text(of: "report.js"),
      "plotly": figures.isEmpty ? "" : try ReportResources.text(of: ReportResources.plotly),
      "chartData": try FigureMarkup.data(of: figures),
    ]
    return try Markup.render("study", partials: ["figure"], context)
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

  private func ledgerRow(place: Int, _ claim: ClaimRecord) -> [String: Any] {
    let numbers = Numerals.aligned([claim.effect, claim.lower, claim.upper])
    let interval = numbers[1].flatMap { lower in
      numbers[2].map { upper in "\(lower) to \(upper)" }
    }
    return [
      "anchor": Self.anchor(place), "id": claim.id, "statement": claim.statement,
      "statistic": claim.statistic, "effect": numbers[0] ?? "–", "interval": interval ?? "–",
      "isSecondary": !claim.isPrimary, "method": claim.interval.map(Self.name) ?? "",
      "hasMethod": claim.interval != nil,
      "p": StudyText.probability(claim.p) ?? "–",
      "correctedP": StudyText.probability(claim.correctedP) ?? "–",
      "seeds": Numerals.count(Double(claim.seeds.count)), "verdict": claim.verdict.rawValue,
      "badge": Self.badge(claim.verdict),
    ]
  }

  private func claims() -> [[String: Any]] {
    let drawn = FigureMarkup.values(of: figures)
    return study.record.claims.enumerated().map { place, claim in
      var values = ledgerRow(place: place, claim)
      values["axis"] = claim.axis ?? ""
      values["hasAxis"] = claim.axis != nil
      values["seedCount"] = StudyText.count(claim.seeds.count, "seed")
      values["hasEffect"] = claim.effect != nil
      values["hasInterval"] = claim.lower != nil && claim.upper != nil
      values["side"] = claim.claimedSide
      values["figures"] = figureOfClaim[place].map { [drawn[$0]] } ?? []
      values["hasFigure"] = figureOfClaim[place] != nil
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
      [
        "name": run.record.key, "hasPlace": run.place != nil,
        "address": run.place.map { StudyText.address(of: $0, from: folder) } ?? "",
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

  private static func name(_ interval: ClaimRecord.Interval) -> String {
    switch interval.method {
    case .studentT: "Student's t"
    case .expandedBCa: "BCa bootstrap"
    case .percentile: "percentile bootstrap"
    }
  }

  private static func anchor(_ place: Int) -> String { "claim-\(place + 1)" }

  private static func badge(_ verdict: ClaimRecord.Verdict) -> String {
    switch verdict {
    case .supported: "supported"
    case .supportedUncorrected: "uncorrected"
    case .notSupported: "open"
    case .contradicted: "contradicted"
    case .tooFewSeeds: "few"
    }
  }
}
