import Foundation
import Hummingbird
import Records
import Reports
import RunDatabase

extension Site {
  /// The page of one run.
  func runPage(_ call: Call) throws -> Response {
    let number = index.hub.number
    let run = try run(call)
    let details = details.files(of: run)
    let figure = try figure(call)
    let version =
      "\(run.version) \(details.version) \(control.version) \(maps.version) \(PageCache.clock)"
    let data = try pages.page(call.request.uri.string, version: version) {
      let report = report(run, details, figure)
      let page = RunPage(run: run, details: details, report: report, figure: figure, site: self)
      return try Shell(
        title: run.name, template: "run", values: try page.values, place: "runs",
        events: events(after: number, run: run.identifier),
        charts: "/runs/\(run.identifier)/charts.json"
          + Parameters.query(figure.map { [("figure", $0)] } ?? []), mapStyle: assets.mapStyle
      ).html()
    }
    return Answer.content(data, type: "text/html; charset=utf-8")
  }

  /// What is drawn in the page of one run.
  func runCharts(_ call: Call) throws -> Response {
    let run = try run(call)
    let details = details.files(of: run)
    let figure = try figure(call)
    let data = try pages.page(
      call.request.uri.string, version: "\(run.version) \(details.version)"
    ) { try report(run, details, figure).data() }
    return Answer.content(data, type: "application/json")
  }

  private func report(_ run: RunEntry, _ details: RunDetails, _ figure: String?) -> LiveReport {
    LiveReport(
      name: run.name, metrics: details.metrics.all, geometry: details.geometry.records,
      summary: details.summary, figure: figure, catalogue: settings.catalogue)
  }

  private func figure(_ call: Call) throws(RunQuery.Refused) -> String? {
    guard let key = call.parameter("figure"), !key.isEmpty else { return nil }
    guard key.utf8.count <= RunQuery.longest else {
      throw RunQuery.Refused(reason: "figure is longer than \(RunQuery.longest) bytes")
    }
    return key
  }
}

/// Turns a run into the values of its page's template.
struct RunPage {
  let run: RunEntry
  let details: RunDetails
  let report: LiveReport
  /// The figure that was chosen.
  let figure: String?
  let site: Site

  var values: [String: Any] {
    get throws {
      let files = site.files(
        ServedFile.ofRuns, in: run.place.path, at: "/runs/\(run.identifier)")
      let settings = rows
      let log = RunLog.path(of: run.place.path).map { RunLog.lines($0, count: 40) } ?? []
      let progress = run.progress
      return [
        "name": run.name, "folder": run.place.label, "hasStudy": run.study != nil,
        "studyAddress": "/studies/\(run.study ?? "")",
        "state": run.state.rawValue, "meaning": run.state.meaning,
        "hasShare": progress.share != nil, "share": progress.share.map { Int($0 * 1000) } ?? 0,
        "shareText": progress.share.map { "\(Numerals.fixed(100 * $0, 1)) %" } ?? "",
        "facts": facts(progress), "problems": problems.map { ["text": $0] },
        "hasProblems": !problems.isEmpty,
        "hasFailure": run.failure != nil, "failure": run.failure ?? "",
        "figures": try report.markup(), "hasFigures": report.hasFigures,
        "curves": curves, "hasCurves": details.metrics.all.count > 1,
        "choices": choices, "hasChoices": !choices.isEmpty,
        "tables": try report.tables(), "hasTables": !report.measured.isEmpty,
        "differences": settings.filter { $0["isDifferent"] as? Bool == true },
        "hasDifferences": settings.contains { $0["isDifferent"] as? Bool == true },
        "settings": settings, "hasSettings": !settings.isEmpty,
        "log": log.joined(separator: "\n"), "hasLog": !log.isEmpty,
        "hasViews": files.contains { $0.name == "views.png" },
        "views": "/runs/\(run.identifier)/files/views.png",
        "files": files.map {
          [
            "name": $0.name, "address": $0.address, "size": LiveText.size($0.bytes),
            "label": ServedFile.label(of: $0.name),
          ]
        },
        "hasFiles": !files.isEmpty,
        "hasMap": site.maps.hasMap(run) || site.maps.hindrance(run) == nil,
        "mapAddress": "/runs/\(run.identifier)/embeddings",
      ].merging(notes) { $1 }.merging(control) { $1 }
    }
  }

  /// What can be done with the run, where the server was started for that.
  private var control: [String: Any] {
    let control = site.control
    guard control.isAllowed, let action = control.action(for: run) else { return [:] }
    let pending = control.pending(run)
    let hindrance = control.hindrance(to: action, run, of: site.study(of: run))
    return [
      "isPending": pending != nil, "pending": pending ?? "",
      "hasAction": pending == nil && hindrance == nil,
      "actionAddress": "/runs/\(run.identifier)/\(action.rawValue)",
      "actionText": "\(action.rawValue.capitalized) this run …", "actionDone": action.done,
      "hasActionHindrance": pending == nil && hindrance != nil,
      "actionHindrance": hindrance ?? "",
    ]
  }

  private var notes: [String: Any] {
    let hindrance = site.hindrance(of: run)
    return [
      "note": run.notes.note, "hasNote": !run.notes.note.isEmpty,
      "tags": run.notes.tags.map {
        ["text": $0, "address": "/" + Parameters.query([("tag", $0)])]
      },
      "hasTags": !run.notes.tags.isEmpty, "tagsText": run.notes.tags.joined(separator: ", "),
      "hasNotes": !run.notes.isEmpty, "isWritable": hindrance == nil,
      "hindrance": hindrance ?? "", "token": site.gate.forgeryToken,
      "notesAddress": "/runs/\(run.identifier)/notes",
      "longestNote": RunNotes.longestNote,
    ]
  }

  private func facts(_ progress: RunProgress) -> [[String: String]] {
    let now = Date()
    func ago(_ date: Date) -> String { LiveText.ago(now.timeIntervalSince(date)) }
    let catalogue = site.settings.catalogue
    func shown(_ fact: RunColumn.Fact) -> String? {
      RunColumn.fact(fact).shown(run, catalogue, now: now)
    }
    let step = shown(.step).map { text in
      text + (progress.steps.map { " of \(Numerals.count(Double($0)))" } ?? "")
    }
    let gap = details.metrics.all.last { $0.extra["best_response_gap"] != nil }?
      .extra["best_response_gap"]
    let all: [(String, String?)] = [
      ("Step", step), ("Epoch", shown(.epoch)), ("Loss", shown(.loss)),
      ("Top-1 in the batch", shown(.accuracy)), ("Views/s", shown(.speed)),
      ("Steps/s", progress.rate.map { Numerals.significant($0) }),
      ("Time left", shown(.left)), ("Time", shown(.time)),
      ("Best-response gap", gap.map { Numerals.significant($0) }),
      ("Last line", run.lastLine.map(ago)),
    ]
    return all.compactMap { name, text in text.map { ["name": name, "text": $0] } }
  }

  /// The curves as a table, for who does not see them: neighbours averaged, so that there are few rows.
  private var curves: [[String: Any]] {
    var thinned = ThinnedMetrics(most: 24)
    for record in details.metrics.all { thinned.add(record) }
    return thinned.all.map { record in
      let values: [Double?] = [
        record.epoch, record.loss, record.contrastiveTop1.map { 100 * $0 }, record.viewsPerSecond,
        record.learningRate, record.extra["best_response_gap"],
      ]
      return [
        "step": Numerals.count(Double(record.step)),
        "cells": values.map { ["text": $0.map { Numerals.significant($0) } ?? "–"] },
      ]
    }
  }

  private var problems: [String] {
    run.problems
      + (details.damaged > 0
        ? [
          "\(LiveText.count(details.damaged, "line")) of what was logged or measured cannot be read, and left out."
        ]
        : [])
  }

  private var choices: [[String: Any]] {
    report.measured.map {
      ["key": $0.key, "name": $0.name, "isChosen": $0.key == figure] as [String: Any]
    }
  }

  /// A row a setting: its value, its default, and whether they differ.
  private var rows: [[String: Any]] {
    let differences = site.differences(of: run)
    let defaults = FlatSettings.of(site.settings.defaults)
    return run.settings.keys.sorted().map { key in
      [
        "key": key, "value": run.settings[key].map(FlatSettings.text) ?? "",
        "usual": defaults[key].map(FlatSettings.text) ?? "–",
        "isDifferent": differences[key] != nil,
      ]
    }
  }
}

extension ServedFile {
  /// What the file of that name is.
  static func label(of name: String) -> String {
    (ofRuns + ofStudies).first { $0.name == name }?.label ?? name
  }
}
