import Foundation
import Records
import RunStore
internal import GRDB

extension RunDatabase {
  /// The runs of a study in its order, those it no longer names after them; or every run.
  ///
  /// - Parameters:
  ///   - study: the study's name; `nil` for the runs of all studies and of none.
  ///   - figures: final figures to give with them.
  ///   - configuration: configuration keys whose values to give with them.
  public func runs(
    of study: String? = nil, with figures: [FigureName] = [], configuration: [String] = []
  ) throws(RunStoreError) -> [StoredRun] {
    try reading { database in
      var runs = try Self.runs(database, of: study)
      let places = Dictionary(uniqueKeysWithValues: runs.indices.map { (runs[$0].id, $0) })
      try Self.eachValue(database, "SELECT run_id, key, value, type FROM settings") {
        run, key, value in
        if let place = places[run] { runs[place].settings[key] = value }
      }
      for key in configuration {
        try Self.eachValue(
          database, "SELECT run_id, key, value, type FROM configurations WHERE key = ?", [key]
        ) { run, key, value in
          if let place = places[run] { runs[place].configuration[key] = value }
        }
      }
      for figure in figures {
        let rows = try Row.fetchCursor(
          database,
          sql: """
            SELECT f.run_id, f.value
            FROM runs r CROSS JOIN layer_figures f INDEXED BY layer_figures_by_key
            WHERE r.has_summary
              AND f.key = ? AND f.layer = ? AND f.run_id = r.id AND f.step = r.steps
            """, arguments: [figure.key, figure.layer])
        while let row = try rows.next() {
          if let place = places[row[0]] { runs[place].figures[figure] = row[1] }
        }
      }
      return runs
    }
  }

  /// The names of every figure that was measured, by key and layer.
  public func figureNames() throws(RunStoreError) -> [FigureName] {
    try reading { database in
      // Goes from name to name through the index; a DISTINCT would read all of it.
      let nextLayer = try database.makeStatement(
        sql: """
          SELECT key, layer FROM layer_figures INDEXED BY layer_figures_by_key
          WHERE key = ? AND layer > ? ORDER BY layer LIMIT 1
          """)
      let nextKey = try database.makeStatement(
        sql: """
          SELECT key, layer FROM layer_figures INDEXED BY layer_figures_by_key
          WHERE key > ? ORDER BY key, layer LIMIT 1
          """)
      var names: [FigureName] = []
      while true {
        let (key, layer) = (names.last?.key ?? "", names.last?.layer ?? "")
        let row =
          try Row.fetchOne(nextLayer, arguments: [key, layer])
          ?? Row.fetchOne(nextKey, arguments: [key])
        guard let row else { break }
        names.append(FigureName(layer: row["layer"], key: row["key"]))
      }
      return names
    }
  }

  /// A run's logged steps, at most `count` of them, evenly spread, the first and the last among
  /// them: enough for a curve.
  public func metrics(
    of run: StoredRun.ID, atMost count: Int = .max
  ) throws(RunStoreError) -> [MetricRecord] {
    try reading { database in
      let total =
        try Int.fetchOne(
          database, sql: "SELECT count(*) FROM metrics WHERE run_id = ?", arguments: [run]) ?? 0
      let (gaps, places) = (max(count, 2) - 1, total - 1)
      let rows = try Row.fetchCursor(
        database, sql: "SELECT * FROM metrics WHERE run_id = ? ORDER BY step", arguments: [run])
      var records: [MetricRecord] = []
      var index = 0
      while let row = try rows.next() {
        // Of every so many rows the first: those at which index · gaps / places passes a whole.
        if places <= gaps || index * gaps % places < gaps {
          records.append(try Self.metric(row))
        }
        index += 1
      }
      return records
    }
  }

  /// A figure of a run at each measured step, by layer.
  public func history(
    of key: String, run: StoredRun.ID
  ) throws(RunStoreError) -> [String: [FigurePoint]] {
    try reading { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT l.layer, l.step, l.epoch, f.value
          FROM layers l JOIN layer_figures f USING (run_id, step, layer)
          WHERE l.run_id = ? AND f.key = ? ORDER BY l.layer, l.step
          """, arguments: [run, key])
      return Dictionary(grouping: rows) { row -> String in row["layer"] }.mapValues { rows in
        rows.map { FigurePoint(step: $0["step"], epoch: $0["epoch"], value: $0["value"]) }
      }
    }
  }

  /// Everything that was measured of a run at its last measured step, from encoder to output.
  public func finalLayers(of run: StoredRun.ID) throws(RunStoreError) -> [LayerFigures] {
    try reading { database in
      let step = try Int.fetchOne(
        database, sql: "SELECT max(step) FROM layers WHERE run_id = ?", arguments: [run])
      guard let step else { return [] }
      return try Self.layers(database, of: run, atStep: step).map(\.figures)
    }
  }

  private static func runs(_ database: Database, of study: String?) throws -> [StoredRun] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT r.*, s.name AS study FROM runs r LEFT JOIN studies s ON s.id = r.study_id
        WHERE ? IS NULL OR s.name = ?
        ORDER BY s.name, r.position IS NULL, r.position, r.key
        """, arguments: [study, study])
    return rows.map { row in
      StoredRun(
        id: row["id"], study: row["study"], key: row["key"],
        status: StudyRecord.Run.Status(rawValue: row["status"]) ?? .pending,
        failure: row["failure"], name: row["name"], hasSummary: row["has_summary"],
        steps: row["steps"], epochs: row["epochs"],
        finalLoss: row["final_loss"], wallSeconds: row["wall_seconds"],
        viewsPerSecond: row["views_per_second"])
    }
  }

  /// Calls `body` with run, key and value of each row of four columns.
  static func eachValue(
    _ database: Database, _ sql: String, _ arguments: StatementArguments = [],
    _ body: (Int64, String, JSONValue) throws -> Void
  ) throws {
    let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
    while let row = try rows.next() {
      try body(row[0], row[1], StoredValue.json(row[2], type: row[3]))
    }
  }

  static func metric(_ row: Row) throws -> MetricRecord {
    let extra: String? = row["extra"]
    return MetricRecord(
      step: row["step"], epoch: row["epoch"], loss: row["loss"],
      learningRate: row["learning_rate"], viewsPerSecond: row["views_per_second"],
      contrastiveTop1: row["contrastive_top1"],
      meanPositiveCosine: row["mean_positive_cosine"],
      meanNegativeCosine: row["mean_negative_cosine"], softmaxEntropy: row["softmax_entropy"],
      extra: try extra.map { try RunJSON.value($0) } ?? [:])
  }
}
