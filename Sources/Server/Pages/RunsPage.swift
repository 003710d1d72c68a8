import Foundation
import Hummingbird
import Records
import Reports

extension Site {
  /// The table of runs.
  func runsPage(_ call: Call) throws -> Response {
    let query = try RunQuery(call.parameters)
    let chosen = try ChosenRuns(call.parameters)
    let number = index.hub.number
    let snapshot = index.snapshot
    let version = "\(snapshot.version) \(PageCache.clock)"
    let data = try pages.page(call.request.uri.string, version: version) {
      var page = RunsPage(query, chosen, snapshot, settings)
      page.problems = filler.problems
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
  private let chosen: ChosenRuns
  private let snapshot: RunIndex.Snapshot
  private let settings: ServerSettings
  private let answer: RunQuery.Answer
  private let columns: [RunColumn]
  /// The cells of chosen runs that differ from those of most: identifiers by column.
  private let marked: [RunColumn: Set<String>]

  /// What is wrong beside the runs.
  var problems: [String] = []

  /// More settings than this are for those who choose them.
  private static let mostSettings = 4

  init(
    _ query: RunQuery, _ chosen: ChosenRuns, _ snapshot: RunIndex.Snapshot,
    _ settings: ServerSettings
  ) {
    self.query = query
    self.chosen = chosen
    self.snapshot = snapshot
    self.settings = settings
    let runs = snapshot.ordered
    answer = query.answer(runs)
    columns =
      query.columns.isEmpty
      ? Self.usual(runs.filter(query.includes), snapshot.studies, settings) : query.columns
    marked = Self.marked(chosen.found(snapshot).runs, columns)
  }

  /// Settings alone: of two runs hardly any figure is the same.
  private static func marked(
    _ runs: [RunEntry], _ columns: [RunColumn]
  ) -> [RunColumn: Set<String>] {
    var marked: [RunColumn: Set<String>] = [:]
    for case .setting(let key) in columns {
      let marks = SettingDifferences.marks(runs.map { $0.settings[key].map(FlatSettings.text) })
      marked[.setting(key)] = Set(zip(runs, marks).filter(\.1).map(\.0.identifier))
    }
    return marked
  }

  var values: [String: Any] {
    [
      "counts": counts, "notices": notices.map { ["text": $0] },
      "text": query.text, "columns": query.columns.map(\.text).joined(separator: ", "),
      "usual": columns.map(\.text).joined(separator: ", "),
      "set": query.settings.first.map { "\($0.key)=\($0.value)" } ?? "",
      "kept": query.settings.dropFirst().map { ["name": "set", "value": "\($0.key)=\($0.value)"] }
        + kept,
      "tagChoices": tags.map { ["value": $0, "isChosen": $0 == query.tag] as [String: Any] },
      "hasTags": !tags.isEmpty,
      "states": RunState.allCases.map {
        ["value": $0.rawValue, "isChosen": query.state == $0] as [String: Any]
      },
      "heads": heads, "rows": answer.runs.map(row), "hasRows": !answer.runs.isEmpty,
      "summary": summary, "isFiltered": !filters.isEmpty,
      "pages": answer.pages, "page": answer.page, "isPaged": answer.pages > 1,
      "hasPrevious": answer.page > 1, "previous": address(page: answer.page - 1),
      "hasNext": answer.page < answer.pages, "next": address(page: answer.page + 1),
    ].merging(choice) { $1 }
  }

  /// The form with which runs are chosen.
  private var choice: [String: Any] {
    let shown = Set(answer.runs.map(\.identifier))
    var all = query
    all.page = 1
    let page =
      chosen.identifiers
      + answer.runs.map(\.identifier).filter {
        !chosen.identifiers.contains($0)
      }
    return [
      "isChosen": !chosen.identifiers.isEmpty,
      "chosen": "\(Numerals.count(Double(chosen.identifiers.count))) chosen",
      // What is chosen on other pages, and what the table shows.
      "others": chosen.identifiers.filter { !shown.contains($0) }.map { ["value": $0] },
      "view": query.parameters.map { ["name": $0.key, "value": $0.value] },
      "none": address(query, with: []), "canChooseAll": page.count <= ChosenRuns.most,
      "all": address(query, with: [("runs", page.joined(separator: ","))]),
      "scatter": "/scatter"
        + Parameters.query(
          query.parameters.filter { ScatterQuery.filters.contains($0.key) }),
      "total": LiveText.count(answer.total, "run"),
    ]
  }

  private func address(
    _ query: RunQuery, with chosen: [(key: String, value: String)]? = nil
  ) -> String {
    "/" + Parameters.query(query.parameters + (chosen ?? self.chosen.parameters))
  }

  /// What the form does not show, but keeps.
  private var kept: [[String: String]] {
    let view = query.parameters.filter { ["study", "sort", "order", "per_page"].contains($0.key) }
    return (view + chosen.parameters).map { ["name": $0.key, "value": $0.value] }
  }

  private var filters: [(key: String, value: String)] {
    query.parameters.filter { ScatterQuery.filters.contains($0.key) }
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
    return notices + problems
  }

  /// All tags that any run has.
  private var tags: [String] {
    let tags = snapshot.runs.values.flatMap(\.notes.tags)
    return (Set(tags).union(query.tag.map { [$0] } ?? [])).sorted()
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
        "address": address(next), "isSorted": isSorted,
        "direction": query.isDescending ? "descending" : "ascending",
      ]
    }
  }

  private func row(_ run: RunEntry) -> [String: Any] {
    let now = Date()
    return [
      "address": "/runs/\(run.identifier)", "name": run.place.label, "id": run.identifier,
      "isChosenRun": chosen.identifiers.contains(run.identifier),
      "cells": columns.map { column in
        let text = column.shown(run, settings.catalogue, now: now)
        return [
          "text": text ?? "–", "isAbsent": text == nil, "isState": column == .fact(.state),
          "isText": (text?.count ?? 0) > 18,
          "isTags": column == .fact(.tags) && text != nil,
          "tags": column == .fact(.tags) ? tagLinks(run) : [],
          "isMarked": marked[column]?.contains(run.identifier) == true,
        ] as [String: Any]
      },
    ]
  }

  /// A run's tags, each with the runs that have it.
  private func tagLinks(_ run: RunEntry) -> [[String: String]] {
    run.notes.tags.map { tag in
      var other = query
      (other.tag, other.page) = (tag, 1)
      return ["text": tag, "address": address(other)]
    }
  }

  private func address(page: Int) -> String {
    var other = query
    other.page = page
    return address(other)
  }

  /// State, progress and loss, the settings that tell the runs apart, and the figures that most people ask for.
  private static func usual(
    _ runs: [RunEntry], _ studies: [StudyEntry], _ settings: ServerSettings
  ) -> [RunColumn] {
    var columns: [RunColumn] = [.fact(.state), .fact(.progress)]
    columns += differing(runs, studies, settings).map { .setting($0) }
    if runs.contains(where: { !$0.notes.tags.isEmpty }) { columns.append(.fact(.tags)) }
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
