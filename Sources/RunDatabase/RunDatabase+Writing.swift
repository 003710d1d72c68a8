import Foundation
import Records
import RunStore
internal import GRDB

extension RunDatabase {
  /// Reads the run in `folder` and puts it in the place of what the store had of it, in one
  /// transaction.
  ///
  /// - Parameters:
  ///   - folder: the run's.
  ///   - key: the run's name in the study, or among the runs without one.
  ///   - study: the name of its study; `nil` for none.
  /// - Throws: `RunStoreError` when a file is damaged or the store cannot be written; then the store
  ///   has what it had.
  public func importRun(
    _ folder: RunFolder, key: String, study: String? = nil
  ) throws(RunStoreError) {
    try write(RunContent(reading: folder), key: key, study: study)
  }

  /// Puts a run in the place of what the store had of it, in one transaction.
  public func write(
    _ content: RunContent, key: String, study: String? = nil
  ) throws(RunStoreError) {
    try writing { database in
      try RunWriter(database: database).write(content, key: key, study: study)
    }
  }

  /// Puts a study with its runs' states and its claims in the place of what the store had of it, in
  /// one transaction. What runs measured stays; runs that were never read and are no longer of the
  /// study go.
  public func record(_ study: StudyRecord) throws(RunStoreError) {
    try writing { database in try StudyWriter(database: database).write(study) }
  }

  /// Reads those finished runs that the store does not have: what a process that was killed between
  /// a run's end and the store has left out.
  ///
  /// - Parameters:
  ///   - collection: the runs.
  ///   - warn: gets a line for each run whose files are damaged; it stays out.
  public func catchUp(
    with collection: RunCollection, warn: (String) -> Void
  ) throws(RunStoreError) {
    let study = collection.study?.name
    let known = Set(
      try runs(of: study).filter { $0.study == study && $0.hasSummary }.map(\.key))
    // What was measured since the store was last closed has written the run's files anew.
    let closed = Self.modified(URL(fileURLWithPath: path)) ?? .distantPast
    for (key, folder) in collection.runs {
      let isNewer = [folder.summary, folder.geometry].contains {
        Self.modified($0).map { $0 > closed } ?? false
      }
      guard !known.contains(key) || isNewer else { continue }
      guard FileManager.default.fileExists(atPath: folder.summary.path) else { continue }
      do throws(RunStoreError) {
        try importRun(folder, key: key, study: study)
      } catch {
        guard case .damaged = error else { throw error }
        warn("run \(key) is not in the store: \(error)")
      }
    }
  }

  private static func modified(_ file: URL) -> Date? {
    try? FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
  }

  /// Takes a run out of the store.
  public func remove(key: String, study: String? = nil) throws(RunStoreError) {
    try writing { database in
      try database.execute(
        sql: """
          DELETE FROM runs WHERE key = ?
            AND study_id IS (SELECT id FROM studies WHERE name = ?)
          """, arguments: [key, study])
    }
  }
}

/// Writes runs within a transaction.
struct RunWriter {
  let database: Database

  func write(_ content: RunContent, key: String, study: String?) throws {
    let studyID = try study.map { try identifier(ofStudy: $0) }
    let run = try identifier(ofRun: key, studyID, isFinished: content.isFinished)
    try clear(run)
    try execute(
      """
      UPDATE runs SET name = ?, has_summary = ?, steps = ?, epochs = ?, final_loss = ?,
        wall_seconds = ?, views_per_second = ? WHERE id = ?
      """,
      [
        content.name, content.isFinished, content.steps, content.epochs, content.finalLoss,
        content.wallSeconds, content.viewsPerSecond, run,
      ])
    if case .object(let members) = content.configuration {
      try write(members, into: "configurations", of: run)
    }
    for record in content.metrics { try write(record, of: run) }
    for record in content.layers { try write(record, of: run) }
  }

  /// The study's row, made where there is none.
  func identifier(ofStudy name: String) throws -> Int64 {
    try execute(
      "INSERT INTO studies (name, schema) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
      [name, StudyRecord.currentSchema])
    let found = try Int64.fetchOne(
      database.cachedStatement(sql: "SELECT id FROM studies WHERE name = ?"), arguments: [name])
    return found ?? 0
  }

  /// The run's row, made where there is none.
  func identifier(ofRun key: String, _ study: Int64?, isFinished: Bool = false) throws -> Int64 {
    let statement = try database.cachedStatement(
      sql: "SELECT id FROM runs WHERE ifnull(study_id, 0) = ? AND key = ?")
    if let found = try Int64.fetchOne(statement, arguments: [study ?? 0, key]) {
      // A run of no study has no other word on whether it is done.
      try execute(
        "UPDATE runs SET status = ? WHERE id = ? AND position IS NULL",
        [Self.status(isFinished), found])
      return found
    }
    try execute(
      "INSERT INTO runs (study_id, key, status) VALUES (?, ?, ?)",
      [study, key, Self.status(isFinished)])
    return database.lastInsertedRowID
  }

  func write(
    _ members: [String: JSONValue], into table: String, of run: Int64
  ) throws {
    for (key, json) in members {
      let stored = try StoredValue(json)
      try execute(
        "INSERT INTO \(table) (run_id, key, value, type) VALUES (?, ?, ?, ?)",
        [run, key, stored.value, stored.type])
    }
  }

  func execute(_ sql: String, _ arguments: [(any DatabaseValueConvertible)?]) throws {
    let statement = try database.cachedStatement(sql: sql)
    statement.setUncheckedArguments(StatementArguments(arguments))
    try statement.execute()
  }

  private static func status(_ isFinished: Bool) -> String {
    (isFinished ? StudyRecord.Run.Status.finished : .running).rawValue
  }

  private func clear(_ run: Int64) throws {
    for table in ["configurations", "metrics", "spectra", "layer_figures", "layers"] {
      try execute("DELETE FROM \(table) WHERE run_id = ?", [run])
    }
  }

  private func write(_ record: MetricRecord, of run: Int64) throws {
    let extra = record.extra.isEmpty ? nil : try RunJSON.text(record.extra)
    try execute(
      "INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        run, record.step, record.epoch, record.loss, record.learningRate, record.viewsPerSecond,
        record.contrastiveTop1, record.meanPositiveCosine, record.meanNegativeCosine,
        record.softmaxEntropy, extra,
      ])
  }

  private func write(_ record: GeometryRecord, of run: Int64) throws {
    let figures = record.figures
    let place: [(any DatabaseValueConvertible)?] = [run, record.step, figures.layer]
    let conventions = figures.conventions.isEmpty ? nil : try RunJSON.text(figures.conventions)
    try execute(
      "INSERT INTO layers VALUES (?, ?, ?, ?, ?, ?, ?)",
      place + [record.epoch, figures.n, figures.dimension, conventions])
    for (key, value) in figures.allValues {
      try execute(
        "INSERT OR REPLACE INTO layer_figures VALUES (?, ?, ?, ?, ?)", place + [key, value])
    }
    if !figures.spectrum.isEmpty {
      try execute(
        "INSERT INTO spectra VALUES (?, ?, ?, ?)", place + [try RunJSON.text(figures.spectrum)])
    }
  }
}

extension LayerFigures {
  private static let invariancePrefix = "invariance_at."

  /// The figures under the store's keys: invariance at strength 0.5 is `invariance_at.0.5`, a figure under a control
  /// `effective_rank@untrained`.
  var allValues: [(key: String, value: Double)] {
    scalarsAndControls.map { ($0.key, $0.value) }
  }

  /// Takes back what `allValues` gave: after the prefix a strength alone, without a generator.
  mutating func set(_ value: Double, forStoredKey key: String) {
    if let (figure, control) = Control.parts(of: key) {
      record(value, as: figure, under: control)
      return
    }
    let strength = key.dropFirst(Self.invariancePrefix.count)
    if key.hasPrefix(Self.invariancePrefix), Double(strength) != nil {
      invarianceAt[String(strength)] = value
    } else {
      values[key] = value
    }
  }
}
