import Foundation
internal import GRDB

extension RunDatabase {
  /// Everything the store has of a run; `nil` when it was never read from a folder.
  public func content(key: String, study: String? = nil) throws(RunStoreError) -> RunContent? {
    try reading { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT * FROM runs WHERE key = ? AND name IS NOT NULL
            AND study_id IS (SELECT id FROM studies WHERE name = ?)
          """, arguments: [key, study])
      return try row.map { try Self.content(database, $0) }
    }
  }

  /// The names of the studies.
  public func studies() throws(RunStoreError) -> [String] {
    try reading { database in
      try String.fetchAll(database, sql: "SELECT name FROM studies ORDER BY name")
    }
  }

  /// A study as it was last recorded; `nil` when there is none of this name.
  public func study(named name: String) throws(RunStoreError) -> StudyRecord? {
    try reading { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM studies WHERE name = ?", arguments: [name])
      return try row.map { try Self.study(database, $0) }
    }
  }

  private static func content(_ database: Database, _ row: Row) throws -> RunContent {
    let run: Int64 = row["id"]
    var configuration: [String: JSONValue] = [:]
    try eachValue(
      database, "SELECT run_id, key, value, type FROM configurations WHERE run_id = ?", [run]
    ) { _, key, value in configuration[key] = value }
    let metrics = try Row.fetchAll(
      database, sql: "SELECT * FROM metrics WHERE run_id = ? ORDER BY step", arguments: [run])
    var content = RunContent(
      name: row["name"], configuration: .object(configuration), summary: nil,
      metrics: try metrics.map(metric), geometry: try layers(database, of: run))
    content.isFinished = row["has_summary"]
    content.steps = row["steps"]
    content.epochs = row["epochs"]
    content.finalLoss = row["final_loss"]
    content.wallSeconds = row["wall_seconds"]
    content.viewsPerSecond = row["views_per_second"]
    return content
  }

  /// What was measured of a run, by step and from encoder to output.
  static func layers(
    _ database: Database, of run: Int64, atStep step: Int? = nil
  ) throws -> [GeometryRecord] {
    let arguments: StatementArguments = [run, step, step]
    let condition = "WHERE run_id = ? AND (? IS NULL OR step = ?)"
    var found: [Int: [String: GeometryRecord]] = [:]
    for row in try Row.fetchAll(
      database, sql: "SELECT * FROM layers \(condition)", arguments: arguments)
    {
      let conventions: String? = row["conventions"]
      let figures = LayerFigures(
        layer: row["layer"], n: row["n"], dimension: row["dimension"],
        conventions: try conventions.map { try RunJSON.value($0) } ?? [:])
      found[row["step"], default: [:]][figures.layer] = GeometryRecord(
        step: row["step"], epoch: row["epoch"], figures: figures)
    }
    let figures = try Row.fetchCursor(
      database, sql: "SELECT step, layer, key, value FROM layer_figures \(condition)",
      arguments: arguments)
    while let row = try figures.next() {
      found[row[0]]?[row[1]]?.figures.set(row[3], forStoredKey: row[2])
    }
    let spectra = try Row.fetchCursor(
      database, sql: "SELECT step, layer, \"values\" FROM spectra \(condition)",
      arguments: arguments)
    while let row = try spectra.next() {
      found[row[0]]?[row[1]]?.figures.spectrum = try RunJSON.value(row[2])
    }
    return found.keys.sorted().flatMap { step in
      let layers = found[step] ?? [:]
      return LayerFigures.canonicalOrder(of: layers.keys).compactMap { layers[$0] }
    }
  }

  private static func study(_ database: Database, _ row: Row) throws -> StudyRecord {
    let id: Int64 = row["id"]
    let axes = try Row.fetchAll(
      database, sql: "SELECT * FROM axes WHERE study_id = ? ORDER BY position", arguments: [id])
    var settings: [Int64: [String: JSONValue]] = [:]
    try eachValue(
      database,
      """
      SELECT run_id, s.key, value, type FROM settings s JOIN runs r ON r.id = s.run_id
      WHERE r.study_id = ?
      """, [id]
    ) { run, key, value in settings[run, default: [:]][key] = value }
    let runs = try Row.fetchAll(
      database,
      sql: "SELECT * FROM runs WHERE study_id = ? AND position IS NOT NULL ORDER BY position",
      arguments: [id])
    let claims = try Row.fetchAll(
      database, sql: "SELECT * FROM claims WHERE study_id = ? ORDER BY position", arguments: [id])
    var study = StudyRecord(
      name: row["name"], question: row["question"], isQuick: row["is_quick"],
      axes: try axes.map {
        StudyRecord.Axis(key: $0["key"], values: try RunJSON.value($0["values"]))
      },
      runs: runs.map {
        StudyRecord.Run(
          key: $0["key"], settings: settings[$0["id"]] ?? [:],
          status: StudyRecord.Run.Status(rawValue: $0["status"]) ?? .pending,
          failure: $0["failure"])
      },
      claims: try claims.map { try claim(database, $0) })
    study.schema = row["schema"]
    return study
  }

  private static func claim(_ database: Database, _ row: Row) throws -> ClaimRecord {
    let points = try Row.fetchAll(
      database,
      sql: "SELECT * FROM claim_points WHERE study_id = ? AND claim_id = ? ORDER BY position",
      arguments: [row["study_id"] as Int64, row["id"] as String])
    return ClaimRecord(
      id: row["id"], statement: row["statement"], statistic: row["statistic"], axis: row["axis"],
      direction: row["direction"],
      points: try points.map {
        ClaimRecord.Point(
          run: $0["run"], seed: $0["seed"], setting: try RunJSON.value($0["setting"]),
          value: $0["value"], series: $0["series"])
      },
      effects: try RunJSON.value(row["effects"]), seeds: try RunJSON.value(row["seeds"]),
      effect: row["effect"], lower: row["lower"], upper: row["upper"], p: row["p"],
      correctedP: row["corrected_p"],
      verdict: ClaimRecord.Verdict(rawValue: row["verdict"]) ?? .notSupported)
  }
}
