import Foundation
import Hummingbird
import Records

/// The interface for programs.
extension Site {
  static let apiRoutes = [
    Route("/api/v1/openapi.json") { _, _ in try Answer.json(OpenAPI.document) },
    Route("/api/v1/runs") { site, call in try site.runs(call) },
    Route("/api/v1/runs/{run}") { site, call in try site.oneRun(call) },
    Route("/api/v1/runs/{run}/metrics") { site, call in try site.metrics(call) },
    Route("/api/v1/runs/{run}/figures") { site, call in try site.figures(call) },
    Route("/api/v1/studies") { site, _ in
      try Answer.json(StudiesDocument(studies: site.index.snapshot.studies.map(StudyBrief.init)))
    },
    Route("/api/v1/studies/{study}") { site, call in try site.oneStudy(call) },
    Route("/api/v1/events") { site, call in try site.events(call) },
  ]

  /// No run has more steps.
  static let lastStep = 1_000_000_000_000_000

  private func runs(_ call: Call) throws -> Response {
    // A filter that is misspelt would choose all runs.
    if let unknown = call.parameters.first(where: { !RunQuery.parameters.contains($0.key) }) {
      throw RunQuery.Refused(
        reason: "there is no parameter '\(unknown.key)': "
          + RunQuery.parameters.joined(separator: ", "))
    }
    let query = try RunQuery(call.parameters)
    let snapshot = index.snapshot
    let answer = query.answer(snapshot.ordered)
    let counts = snapshot.counts.map { ($0.rawValue, $1) }
    return try Answer.json(
      RunsDocument(
        total: answer.total, page: answer.page, pages: answer.pages, perPage: query.size,
        counts: Dictionary(counts, uniquingKeysWith: +), complete: snapshot.isComplete,
        runs: answer.runs.map { RunBrief($0, columns: query.columns) }))
  }

  private func oneRun(_ call: Call) throws -> Response {
    let run = try run(call)
    return try Answer.json(
      RunDocument(
        run: RunBrief(run), problems: run.problems, settings: run.settings,
        differences: differences(of: run),
        files: files(ServedFile.ofRuns, in: run.place.path, at: "/runs/\(run.identifier)"),
        log: RunLog.path(of: run.place.path).map { RunLog.lines($0, count: 40) } ?? []))
  }

  /// The settings of a run that differ from the defaults.
  func differences(of run: RunEntry) -> [String: JSONValue] {
    guard case .object(let members) = settings.identity(.object(run.settings)) else { return [:] }
    return members
  }

  func files(_ files: [ServedFile], in path: String, at address: String) -> [FileDocument] {
    ServedFile.present(files, in: path).map {
      FileDocument(name: $0.file.name, bytes: $0.size, address: "\(address)/files/\($0.file.name)")
    }
  }

  private func metrics(_ call: Call) throws -> Response {
    let run = try run(call)
    let from = try number(call, "from", 0...Self.lastStep) ?? 0
    let most = try number(call, "most", 2...2_000) ?? 500
    let known = details.files(of: run).metrics
    var thinned = ThinnedMetrics(most: most + most % 2)
    for record in known.all where record.step >= from { thinned.add(record) }
    return try Answer.json(
      MetricsDocument(run: run.identifier, every: known.every * thinned.every, points: thinned.all))
  }

  private func figures(_ call: Call) throws -> Response {
    let run = try run(call)
    let from = try number(call, "from", 0...Self.lastStep) ?? 0
    let layer = call.parameter("layer")
    guard layer?.count ?? 0 <= RunQuery.longest else {
      throw RunQuery.Refused(reason: "layer is longer than \(RunQuery.longest) characters")
    }
    let records = details.files(of: run).geometry.records
    return try Answer.json(
      FiguresDocument(
        run: run.identifier,
        points: records.filter { $0.step >= from && (layer == nil || $0.figures.layer == layer) }))
  }

  private func oneStudy(_ call: Call) throws -> Response {
    let study = try study(call)
    let runs = index.snapshot.runs.values.filter { $0.study == study.identifier }
    return try Answer.json(
      StudyDocument(
        study: StudyBrief(study), record: study.record,
        runs: Dictionary(runs.map { ($0.name, $0.identifier) }, uniquingKeysWith: { $1 }),
        files: files(ServedFile.ofStudies, in: study.place.path, at: "/studies/\(study.identifier)")
      ))
  }

  private func number(
    _ call: Call, _ key: String, _ range: ClosedRange<Int>
  ) throws(RunQuery.Refused) -> Int? {
    guard let text = call.parameter(key) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw RunQuery.Refused(
        reason: "\(key) is a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
