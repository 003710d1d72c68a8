import Records
import RunStore

internal import GRDB

/// Writes studies within a transaction.
struct StudyWriter {
  let database: Database
  private var rows: RunWriter { RunWriter(database: database) }

  init(database: Database) { self.database = database }

  func write(_ study: StudyRecord) throws {
    let id = try rows.identifier(ofStudy: study.name)
    // Whole as well, so that it comes back with what no column has.
    try rows.execute(
      "UPDATE studies SET question = ?, is_quick = ?, schema = ?, record = ? WHERE id = ?",
      [study.question, study.isQuick, study.schema, try RunJSON.text(study), id])
    try rows.execute("DELETE FROM axes WHERE study_id = ?", [id])
    for (position, axis) in study.axes.enumerated() {
      try rows.execute(
        "INSERT INTO axes VALUES (?, ?, ?, ?)",
        [id, position, axis.key, try RunJSON.text(axis.values)])
    }
    try write(study.runs, of: id)
    try rows.execute("DELETE FROM claims WHERE study_id = ?", [id])
    for (position, claim) in study.claims.enumerated() {
      try write(claim, at: position, of: id)
    }
  }

  private func write(_ runs: [StudyRecord.Run], of study: Int64) throws {
    // Runs that the record no longer names are left with what their folders say, if anything.
    try rows.execute(
      """
      UPDATE runs SET position = NULL, failure = NULL,
        status = iif(has_summary, 'finished', 'running') WHERE study_id = ?
      """, [study])
    try rows.execute(
      "DELETE FROM settings WHERE run_id IN (SELECT id FROM runs WHERE study_id = ?)", [study])
    for (position, run) in runs.enumerated() {
      let id = try rows.identifier(ofRun: run.key, study)
      try rows.execute(
        "UPDATE runs SET position = ?, status = ?, failure = ? WHERE id = ?",
        [position, run.status.rawValue, run.failure, id])
      try rows.write(run.settings, into: "settings", of: id)
    }
    try rows.execute(
      "DELETE FROM runs WHERE study_id = ? AND position IS NULL AND name IS NULL", [study])
  }

  private func write(_ claim: ClaimRecord, at position: Int, of study: Int64) throws {
    try rows.execute(
      "INSERT INTO claims VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        study, claim.id, position, claim.statement, claim.statistic, claim.axis, claim.direction,
        claim.verdict.rawValue, claim.effect, claim.lower, claim.upper, claim.p, claim.correctedP,
        try RunJSON.text(claim.seeds), try RunJSON.text(claim.effects), claim.note,
        claim.isPrimary, claim.interval?.method.rawValue, claim.interval?.level,
      ])
    for (place, point) in claim.points.enumerated() {
      try rows.execute(
        "INSERT INTO claim_points VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
          study, claim.id, place, point.run, point.seed, try RunJSON.text(point.setting),
          point.value, point.series,
        ])
    }
  }
}
