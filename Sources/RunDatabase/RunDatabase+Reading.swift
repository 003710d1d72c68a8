import Foundation
import Records
import RunStore
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

  /// A study as it was last recorded; `nil` when none of this name was.
  public func study(named name: String) throws(RunStoreError) -> StudyRecord? {
    try reading { database in
      let record = try String.fetchOne(
        database, sql: "SELECT record FROM studies WHERE name = ?", arguments: [name])
      return try record.map { try RunJSON.value($0) }
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
    content.steps = try row.decode(Int.self, forColumn: "steps")
    content.epochs = try row.decode(Double.self, forColumn: "epochs")
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
}
