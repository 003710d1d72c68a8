import Foundation
import Hummingbird
import Records
import Reports

extension Site {
  /// The table of runs.
  func runsPage(_ call: Call) throws -> Response {
    let query = try RunQuery(call.parameters)
    let number = index.hub.number
    let snapshot = index.snapshot
    let version = "\(snapshot.version) \(PageCache.clock)"
    let data = try pages.page(call.request.uri.string, version: version) {
      let page = RunsPage(query, snapshot, settings)
      return try Shell(
        title: "Runs", template: "runs", values: page.values, place: "runs",
        events: events(after: number)
      ).html()
    }
    return Answer.content(data, type: "text/html; charset=utf-8")
  }

  /// The stream of what changes after a page was made.
  func events(after number: Int, run: String? = nil) -> String {
    "/api/v1/events"
      + Parameters.query(
        (run.map { [("run", $0)] } ?? []) + [("last_event_id", "\(index.hub.epoch)-\(number)")])
  }
}

/// Turns a snapshot into the values of the table's template.
struct RunsPage {
  private let query: RunQuery
  private let snapshot: RunIndex.Snapshot
  private let settings: ServerSettings
  private let answer: RunQuery.Answer
  private let columns: [RunColumn]

  /// More settings than this are for those who choose them.
  private static let mostSettings = 4

  init(_ query: RunQuery, _ snapshot: RunIndex.Snapshot, _ settings: ServerSettings) {
    self.query = query
    self.snapshot = snapshot
    self.settings = settings
    let runs = snapshot.ordered
    answer = query.answer(runs)
    columns =
      query.columns.isEmpty
      ? Self.usual(runs.filter(query.includes), snapshot.studies, settings) : query.columns
  }

  var values: [String: Any] {
    [
      "counts": counts, "notices": notices.map { ["text": $0] },
      "text": query.text, "columns": query.columns.map(\.text).joined(separator: ", "),
      "usual": columns.map(\.text).joined(separator: ", "),
      "set": query.settings.first.map { "\($0.key)=\($0.value)" } ?? "",
      "kept": query.settings.dropFirst().map { ["name": "set", "value": "\($0.key)=\($0.value)"] }
        + kept,
      "states": RunState.allCases.map {
        ["value": $0.rawValue, "isChosen": query.state == $0] as [String: Any]
      },
      "heads": heads, "rows": answer.runs.map(row), "hasRows": !answer.runs.isEmpty,
      "summary": summary, "isFiltered": !filters.isEmpty,
      "pages": answer.pages, "page": answer.page, "isPaged": answer.pages > 1,
      "hasPrevious": answer.page > 1, "previous": address(page: answer.page - 1),
      "hasNext": answer.page < answer.pages, "next": address(page: answer.page + 1),
    ]
  }

  /// What the form does not show, but keeps.
  private var kept: [[String: String]] {
    query.parameters.filter { ["study", "sort", "order", "per_page"].contains($0.key) }
      .map { ["name": $0.key, "value": $0.value] }
  }

  private var filters: [(key: String, value: String)] {
    query.parameters.filter { ["text", "set", "state", "study"].contains($0.key) }
  }

  private var summary: String {
    let total = LiveText.count(snapshot.runs.count, "run")
    if snapshot.runs.isEmpty {
      return snapshot.isComplete ? "No runs yet." : "Reading the folders."
    }
    return filters.isEmpty ? total : "\(Numerals.count(Double(answer.total))) of \(total)"
  }

  private var notices: [String] {
    var notices = snapshot.missing.map { "The folder \($0) is not there." }
    if !snapshot.isComplete { notices.append("The folders are still being read.") }
    if snapshot.isCut { notices.append("There are more folders than are shown.") }
    return notices
  }

  private var counts: [[String: Any]] {
    let counts = snapshot.counts
    return RunState.allCases.compactMap { state in
      guard let count = counts[state] else { return nil }
      var query = RunQuery()
      query.state = state
      return [
        "state": state.rawValue, "count": Numerals.count(Double(count)),
        "address": "/" + Parameters.query(query.parameters), "meaning": state.meaning,
      ]
    }
  }

  private var heads: [[String: Any]] {
    ([.fact(.name)] + columns).map { column in
      var next = query
      next.page = 1
      next.sort = column
      let isSorted = query.sort == column
      next.isDescending = isSorted && !query.isDescending
      let isSetting = if case .setting = column { true } else { false }
      return [
        "text": column.title(settings.catalogue), "isSetting": isSetting,
        "address": "/" + Parameters.query(next.parameters), "isSorted": isSorted,
        "direction": query.isDescending ? "descending" : "ascending",
      ]
    }
  }

  private func row(_ run: RunEntry) -> [String: Any] {
    let now = Date()
    return [
      "address": "/runs/\(run.identifier)", "name": run.place.label,
      "cells": columns.map { column in
        let text = column.shown(run, settings.catalogue, now: now)
        return [
          "text": text ?? "–", "isAbsent": text == nil, "isState": column == .fact(.state),
          "isText": (text?.count ?? 0) > 18,
        ] as [String: Any]
      },
    ]
  }

  private func address(page: Int) -> String {
    var other = query
    other.page = page
    return "/" + Parameters.query(other.parameters)
  }

  /// State, progress and loss, the settings that tell the runs apart, and the figures that most people ask for.
  private static func usual(
    _ runs: [RunEntry], _ studies: [StudyEntry], _ settings: ServerSettings
  ) -> [RunColumn] {
    var columns: [RunColumn] = [.fact(.state), .fact(.progress)]
    columns += differing(runs, studies, settings).map { .setting($0) }
    columns.append(.fact(.loss))
    for key in ["linear_top1", "knn_top1", "effective_rank"] {
      for layer in ["h", "z"] where runs.contains(where: { $0.figure(layer, key) != nil }) {
        columns.append(.figure(layer: layer, key: key))
      }
      // One accuracy is enough.
      if key == "linear_top1", columns.contains(.figure(layer: "h", key: key)) {
        return columns + Self.ranks(runs) + [.fact(.updated)]
      }
    }
    return columns + [.fact(.updated)]
  }

  private static func ranks(_ runs: [RunEntry]) -> [RunColumn] {
    ["h", "z"].filter { layer in runs.contains { $0.figure(layer, "effective_rank") != nil } }
      .map { .figure(layer: $0, key: "effective_rank") }
  }

  /// The keys whose values differ: the axes of the runs' studies, then those with the fewest values, for a seed says
  /// less than a strength.
  private static func differing(
    _ runs: [RunEntry], _ studies: [StudyEntry], _ settings: ServerSettings
  ) -> [String] {
    var first: [String: JSONValue] = [:]
    var second: [String: JSONValue] = [:]
    var values: [String: Set<String>] = [:]
    for run in runs {
      for (key, value) in run.settings {
        guard let known = first[key] else {
          first[key] = value
          continue
        }
        guard known != value || values[key] != nil, (values[key]?.count ?? 0) < 64 else { continue }
        if known != value { second[key] = value }
        values[key, default: [FlatSettings.text(known)]].insert(FlatSettings.text(value))
      }
    }
    let shown = Set(runs.compactMap(\.study))
    let axes = studies.filter { shown.contains($0.identifier) }
      .flatMap { $0.record?.axes.map(\.key) ?? [] }
    let known = axes.filter { values[$0] != nil }.reduce(into: [String]()) { all, key in
      if !all.contains(key) { all.append(key) }
    }
    let others = values.keys.filter { key in
      !known.contains(key) && !["name", "output"].contains(key)
        && [first[key], second[key]].contains { value in
          // Of two values one is no default: it is left out only where the setting does not tell runs apart.
          value.map { settings.identity(.object([key: $0]))[key] != nil } ?? false
        }
    }
    let sorted = others.sorted {
      (values[$0]?.count ?? 0, $0) < (values[$1]?.count ?? 0, $1)
    }
    return Array((known + sorted).prefix(mostSettings))
  }
}

extension LiveText {
  /// `number` of `noun`, which takes an s in the plural.
  static func count(_ number: Int, _ noun: String) -> String {
    "\(Numerals.count(Double(number))) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A file's size.
  static func size(_ bytes: Int) -> String {
    let number = Double(bytes)
    if bytes < 1_000 { return "\(bytes) B" }
    if number < 1e6 { return "\(Numerals.significant(number / 1e3)) kB" }
    return number < 1e9
      ? "\(Numerals.significant(number / 1e6)) MB" : "\(Numerals.significant(number / 1e9)) GB"
  }
}
