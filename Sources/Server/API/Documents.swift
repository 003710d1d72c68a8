import Foundation
import Records

/// What the interface says of a run in a list.
struct RunBrief: Encodable {
  let id: String
  let name: String
  let folder: String
  let study: String?
  let state: RunState
  let failure: String?
  let step: Int?
  let steps: Int?
  let epoch: Double?
  let progress: Double?
  let stepsPerSecond: Double?
  let secondsLeft: Double?
  let loss: Double?
  let updated: String?
  /// What people noted of it.
  let note: String?
  let tags: [String]
  /// The columns that were asked for, under their texts.
  let columns: [String: JSONValue]

  enum CodingKeys: String, CodingKey {
    case id, name, folder, study, state, failure, step, steps, epoch, progress, loss, updated,
      note, tags, columns
    case stepsPerSecond = "steps_per_second"
    case secondsLeft = "seconds_left"
  }

  init(_ run: RunEntry, columns: [RunColumn] = []) {
    func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
    let progress = run.progress
    id = run.identifier
    name = run.name
    folder = run.place.label
    study = run.study
    state = run.state
    failure = run.failure
    step = run.step
    steps = progress.steps
    epoch = finite(run.epoch)
    self.progress = finite(progress.share)
    stepsPerSecond = finite(progress.rate)
    secondsLeft = finite(progress.left)
    loss = finite(run.loss)
    updated = run.lastLine.map { $0.ISO8601Format() }
    note = run.notes.note.isEmpty ? nil : run.notes.note
    tags = run.notes.tags
    let values = columns.map { ($0.text, $0.value(run)?.json ?? .null) }
    self.columns = Dictionary(values, uniquingKeysWith: { $1 })
  }
}

/// A page of runs.
struct RunsDocument: Encodable {
  let schema = 1
  let total: Int
  let page: Int
  let pages: Int
  let perPage: Int
  /// How many runs there are in each state, of all runs.
  let counts: [String: Int]
  /// Whether every folder was read since the server began.
  let complete: Bool
  let runs: [RunBrief]

  enum CodingKeys: String, CodingKey {
    case schema, total, page, pages, counts, complete, runs
    case perPage = "per_page"
  }
}

/// One run.
struct RunDocument: Encodable {
  let schema = 1
  let run: RunBrief
  let problems: [String]
  /// The configuration, members of objects under their path.
  let settings: [String: JSONValue]
  /// Those of its members that differ from the defaults.
  let differences: [String: JSONValue]
  let files: [FileDocument]
  /// The last lines of its log.
  let log: [String]
}

/// A file that is handed out.
struct FileDocument: Encodable {
  let name: String
  let bytes: Int
  let address: String
}

/// What a run logged.
struct MetricsDocument: Encodable {
  let schema = 1
  let run: String
  /// How many logged lines a point stands for at most.
  let every: Int
  let points: [MetricRecord]
}

/// What was measured of a run.
struct FiguresDocument: Encodable {
  let schema = 1
  let run: String
  let points: [GeometryRecord]
}

/// A study in a list.
struct StudyBrief: Encodable {
  let id: String
  let name: String
  let folder: String
  let running: Bool
  let problem: String?
  /// How many of its runs are in each state by its record.
  let counts: [String: Int]
  let claims: Int

  init(_ study: StudyEntry) {
    id = study.identifier
    name = study.name
    folder = study.place.label
    running = study.isRunning
    problem = study.problem
    counts = Dictionary(
      (study.record?.runs ?? []).map { ($0.status.rawValue, 1) }, uniquingKeysWith: +)
    claims = study.record?.claims.count ?? 0
  }
}

/// All studies.
struct StudiesDocument: Encodable {
  let schema = 1
  let studies: [StudyBrief]
}

/// One study.
struct StudyDocument: Encodable {
  let schema = 1
  let study: StudyBrief
  /// Its record, as in study.json; absent where that cannot be read.
  let record: StudyRecord?
  /// The runs that have a folder: their key and their identifier.
  let runs: [String: String]
  let files: [FileDocument]
}
