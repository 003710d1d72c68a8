import Foundation
import Records
import RunDatabase
import RunStore

/// Brings a run's entry up to date with its folder. Each file is looked at, and read again only where it changed.
struct RunReader {
  private struct Stamps: Equatable {
    var config: FileStamp?
    var metrics: FileStamp?
    var geometry: FileStamp?
    var summary: FileStamp?
    var log: FileStamp?
    var checkpoints: FileStamp?
    var isLocked = false
    var failure: String?
  }

  private(set) var entry: RunEntry
  private var stamps = Stamps()
  private var problems: [String: String] = [:]
  private var logFailure: String?

  init(_ place: FolderWalk.Place, identifier: String) {
    entry = RunEntry(place, identifier: identifier)
  }

  /// Looks at the folder.
  ///
  /// - Parameters:
  ///   - locks: the locks that are held now.
  ///   - study: the study it belongs to, and why it failed by its record.
  ///   - interner: keeps one copy of each key.
  /// - Returns: whether anything changed.
  mutating func look(
    _ locks: LockTable, study: (identifier: String, failure: String?)?, _ interner: inout Interner
  ) -> Bool {
    let folder = RunFolder(path: entry.place.path)
    var now = Stamps()
    now.config = FileStamp(folder.config.path)
    now.metrics = FileStamp(folder.metrics.path)
    now.geometry = FileStamp(folder.geometry.path)
    now.summary = FileStamp(folder.summary.path)
    now.checkpoints = FileStamp(folder.checkpoints.path)
    let log = RunLog.path(of: entry.place.path)
    now.log = log.flatMap { FileStamp($0) }
    now.isLocked = locks.isHeld(entry.place.path)
    now.failure = study?.failure
    let before = entry
    if now.config != stamps.config { readConfiguration(folder, now.config, &interner) }
    if now.summary != stamps.summary { readSummary(folder, now.summary, &interner) }
    if now.metrics != stamps.metrics {
      entry.last =
        now.metrics == nil ? nil : LastLine.read(MetricRecord.self, from: folder.metrics.path)
    }
    if now.checkpoints != stamps.checkpoints {
      entry.hasCheckpoint = FileStamp(folder.checkpoints.appendingPathComponent("last").path) != nil
    }
    if now.log != stamps.log { logFailure = log.flatMap(RunLog.failure) }
    entry.lastLine = [now.metrics, now.geometry].compactMap { $0?.changed }.max()
    entry.study = study?.identifier
    entry.problems = problems.keys.sorted().compactMap { problems[$0] }
    conclude(isLocked: now.isLocked, hasSummary: now.summary != nil, study?.failure)
    let isChanged =
      now != stamps || before.state != entry.state || before.study != entry.study
      || before.problems != entry.problems
    stamps = now
    if isChanged { entry.version += 1 }
    return isChanged
  }

  /// Takes what people wrote about the run, or why that cannot be read.
  ///
  /// - Returns: whether that is something else than before.
  mutating func take(_ notes: RunNotes, problem: String?) -> Bool {
    guard notes != entry.notes || problem != problems["store.sqlite"] else { return false }
    entry.notes = notes
    problems["store.sqlite"] = problem
    entry.problems = problems.keys.sorted().compactMap { problems[$0] }
    entry.version += 1
    return true
  }

  private mutating func conclude(isLocked: Bool, hasSummary: Bool, _ failure: String?) {
    var evidence = RunState.Evidence()
    evidence.isLocked = isLocked
    evidence.hasSummary = hasSummary
    evidence.goesOnAfterSummary = (entry.last?.step ?? 0) > (entry.outcome?.steps ?? .max)
    evidence.hasFailed = failure != nil || logFailure != nil
    evidence.hasCheckpoint = entry.hasCheckpoint
    evidence.lastLine = entry.lastLine
    entry.state = RunState(evidence)
    entry.failure = entry.state == .failed ? failure ?? logFailure : nil
  }

  private mutating func readConfiguration(
    _ folder: RunFolder, _ stamp: FileStamp?, _ interner: inout Interner
  ) {
    problems["config.yaml"] = nil
    entry.settings = [:]
    guard let stamp else { return }
    guard !stamp.isFolder, stamp.size <= 1 << 20 else {
      problems["config.yaml"] = "config.yaml is no configuration"
      return
    }
    do {
      for (key, value) in FlatSettings.of(try folder.readConfiguration()) {
        entry.settings[interner.kept(key)] = value
      }
    } catch {
      problems["config.yaml"] = "config.yaml: \(Self.reason(of: error))"
    }
  }

  private mutating func readSummary(
    _ folder: RunFolder, _ stamp: FileStamp?, _ interner: inout Interner
  ) {
    problems["summary.json"] = nil
    entry.outcome = nil
    guard let stamp else { return }
    guard !stamp.isFolder, stamp.size <= 64 << 20 else {
      problems["summary.json"] = "summary.json is no summary"
      return
    }
    do {
      guard let summary = try folder.readSummary() else { return }
      var figures: [String: [String: Double]] = [:]
      for layer in ["h", "z"] {
        guard let values = summary.layers[layer]?.values else { continue }
        figures[layer] = Dictionary(
          values.map { (interner.kept($0), $1) }, uniquingKeysWith: { $1 })
      }
      entry.outcome = RunEntry.Outcome(
        name: summary.name, steps: summary.steps, epochs: summary.epochs,
        finalLoss: summary.finalLoss, wallSeconds: summary.wallSeconds,
        viewsPerSecond: summary.viewsPerSecond, figures: figures)
    } catch {
      problems["summary.json"] = "summary.json: \(Self.reason(of: error))"
    }
  }

  /// What is wrong, without the path, which the page knows.
  private static func reason(of error: RunStoreError) -> String {
    switch error {
    case .newerSchema(_, let schema, let known):
      "has schema \(schema), of a newer version; this program knows \(known)"
    case .damaged(_, _, let reason): "damaged: \(reason)"
    case .unreadable(_, let reason): "cannot be read: \(reason)"
    default: "cannot be read"
    }
  }
}

/// Keeps one copy of texts that thousands of runs have.
struct Interner {
  private var texts: Set<String> = []

  mutating func kept(_ text: String) -> String {
    // A file with endless keys of its own must not fill the memory.
    guard texts.count < 20_000 else { return text }
    return texts.insert(text).memberAfterInsert
  }
}
