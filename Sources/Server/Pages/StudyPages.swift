import Foundation
import Hummingbird
import Records
import Reports

extension Site {
  /// All studies.
  func studiesPage(_ call: Call) throws -> Response {
    let number = index.hub.number
    let snapshot = index.snapshot
    let values: [String: Any] = [
      "studies": snapshot.studies.map { study in
        let runs = study.record?.runs ?? []
        return [
          "name": study.name, "folder": study.place.label,
          "address": "/studies/\(study.identifier)", "isRunning": study.isRunning,
          "runs": Numerals.count(Double(runs.count)),
          "finished": Numerals.count(Double(runs.count { $0.status == .finished })),
          "failed": Numerals.count(Double(runs.count { $0.status == .failed })),
          "claims": "\(study.record?.claims.count ?? 0)",
          "problem": study.problem ?? "", "hasProblem": study.problem != nil,
        ] as [String: Any]
      },
      "hasStudies": !snapshot.studies.isEmpty,
    ]
    return Answer.html(
      try Shell(
        title: "Studies", template: "studies", values: values, place: "studies",
        events: events(after: number)
      ).html())
  }

  /// The page of one study.
  func studyPage(_ call: Call) throws -> Response {
    let number = index.hub.number
    let study = try study(call)
    let snapshot = index.snapshot
    let data = try pages.page(
      call.request.uri.string, version: version(study, snapshot)
    ) {
      let report = report(study, snapshot)
      let grid = StudyGrid(study, snapshot)
      let files = files(
        ServedFile.ofStudies, in: study.place.path, at: "/studies/\(study.identifier)")
      let values: [String: Any] = [
        "name": study.name, "folder": study.place.label,
        "question": study.record?.question ?? "", "hasQuestion": study.record?.question != nil,
        "isRunning": study.isRunning, "hasProblem": study.problem != nil,
        "problem": study.problem ?? "", "grid": grid.cells, "hasGrid": !grid.cells.isEmpty,
        "counts": grid.counts, "body": try report?.body() ?? "",
        "runsAddress": "/" + Parameters.query([("study", study.identifier)]),
        "files": files.map {
          [
            "name": $0.name, "address": $0.address, "size": LiveText.size($0.bytes),
            "label": ServedFile.label(of: $0.name),
          ]
        },
        "hasFiles": !files.isEmpty,
      ]
      return try Shell(
        title: study.name, template: "study", values: values, place: "studies",
        events: events(after: number), charts: "/studies/\(study.identifier)/charts.json",
        study: study.identifier, mapStyle: assets.mapStyle
      ).html()
    }
    return Answer.content(data, type: "text/html; charset=utf-8")
  }

  /// What is drawn in the page of one study.
  func studyCharts(_ call: Call) throws -> Response {
    let study = try study(call)
    let snapshot = index.snapshot
    let data = try pages.page(call.request.uri.string, version: version(study, snapshot)) {
      try report(study, snapshot)?.data() ?? "[]"
    }
    return Answer.content(data, type: "application/json")
  }

  /// Grows with what the page of a study shows: its record, and the states of its runs.
  private func version(_ study: StudyEntry, _ snapshot: RunIndex.Snapshot) -> String {
    let runs = snapshot.runs.values.filter { $0.study == study.identifier }
    let states = Dictionary(runs.map { ($0.state.rawValue, 1) }, uniquingKeysWith: +)
    return "\(study.version) " + states.sorted { $0.key < $1.key }.map { "\($0)\($1)" }.joined()
  }

  private func report(_ study: StudyEntry, _ snapshot: RunIndex.Snapshot) -> LiveStudyReport? {
    guard let record = study.record else { return nil }
    func entry(_ key: String) -> RunEntry? {
      study.folder(ofRun: key).flatMap {
        snapshot.runs[FolderWalk.Place(path: $0, label: "").identifier]
      }
    }
    return LiveStudyReport(record: record, catalogue: settings.catalogue) { key in
      entry(key).flatMap(\.summary)
    } address: { key in
      entry(key).map { "/runs/\($0.identifier)" }
    }
  }
}

extension RunEntry {
  /// What is kept of the summary, as one.
  var summary: RunSummary? {
    outcome.map { outcome in
      RunSummary(
        name: outcome.name, config: .null, epochs: outcome.epochs, steps: outcome.steps,
        finalLoss: outcome.finalLoss, wallSeconds: outcome.wallSeconds,
        viewsPerSecond: outcome.viewsPerSecond,
        layers: outcome.figures.map {
          LayerFigures(layer: $0.key, n: 0, dimension: 0, values: $0.value)
        })
    }
  }
}

/// The grid of a study: a mark a run, as its folder shows it now.
struct StudyGrid {
  /// The values of the template, a run each.
  let cells: [[String: Any]]
  /// How many runs are in each state.
  let counts: [[String: Any]]

  init(_ study: StudyEntry, _ snapshot: RunIndex.Snapshot) {
    var counts: [String: Int] = [:]
    cells = (study.record?.runs ?? []).map { run in
      let identifier = study.folder(ofRun: run.key).map {
        FolderWalk.Place(path: $0, label: "").identifier
      }
      let entry = identifier.flatMap { snapshot.runs[$0] }
      let state = entry?.state ?? Self.state(of: run)
      counts[state.rawValue, default: 0] += 1
      let settings = run.settings.keys.sorted().map {
        "\($0)=\(FlatSettings.text(run.settings[$0] ?? .null))"
      }
      return [
        "state": state.rawValue, "key": run.key, "settings": settings.joined(separator: ", "),
        "hasPage": entry != nil, "address": "/runs/\(identifier ?? "")",
      ]
    }
    self.counts = RunState.allCases.compactMap { state in
      counts[state.rawValue].map {
        ["state": state.rawValue, "count": Numerals.count(Double($0)), "meaning": state.meaning]
      }
    }
  }

  /// What the study said of a run that has no folder.
  private static func state(of run: StudyRecord.Run) -> RunState {
    switch run.status {
    case .pending, .running: .waiting
    case .finished: .finished
    case .failed: .failed
    }
  }
}
