import Foundation
import Records
import RunStore

/// The figures of a study's page as files that a reader can take along.
extension Downloads {
  init(of study: ReportedStudy, _ table: StudyRunsTable) throws {
    let record = study.record
    var files: [File] = []
    files.addCSV("claims.csv", "Claims (CSV)", Self.claims(of: record))
    files.addCSV("points.csv", "Values of each claim (CSV)", Self.points(of: record))
    files.addCSV("effects.csv", "Effects of each seed (CSV)", Self.effects(of: record))
    files.addCSV("runs.csv", "Runs and their figures (CSV)", Self.runs(of: study, table))
    let document = Document(study: record, runs: Self.figures(of: study, table))
    files.append(
      File(
        name: "study.json", label: "Study, claims, values and runs (JSON)",
        mediaType: "application/json", content: try RunJSON.document(document)))
    self.init(files: files)
  }

  private struct Document: Encodable {
    let schema = StudyRecord.currentSchema
    let study: StudyRecord
    /// The figures of the table of runs, by run and key.
    let runs: [String: [String: Double]]
  }

  private static func claims(of record: StudyRecord) -> [[String]] {
    let head = [
      "claim", "statement", "statistic", "axis", "direction", "primary", "effect", "lower", "upper",
      "interval", "level", "p", "corrected_p", "seeds", "verdict",
    ]
    let rows = record.claims.map { claim in
      [claim.id, claim.statement, claim.statistic, claim.axis ?? "", "\(claim.direction)"]
        + ["\(claim.isPrimary)"] + [claim.effect, claim.lower, claim.upper].map(number)
        + [claim.interval?.method.rawValue ?? ""]
        + [claim.interval?.level, claim.p, claim.correctedP].map(number)
        + ["\(claim.seeds.count)", claim.verdict.rawValue]
    }
    return [head] + rows
  }

  private static func points(of record: StudyRecord) -> [[String]] {
    let rows = record.claims.flatMap { claim in
      claim.points.map { point in
        [
          claim.id, point.run, "\(point.seed)", StudyText.setting(point.setting) ?? "",
          point.series ?? "", number(point.value),
        ]
      }
    }
    return [["claim", "run", "seed", "setting", "series", "value"]] + rows
  }

  private static func effects(of record: StudyRecord) -> [[String]] {
    let rows = record.claims.flatMap { claim in
      zip(claim.seeds, claim.effects).map { [claim.id, "\($0)", number($1)] }
    }
    return [["claim", "seed", "effect"]] + rows
  }

  private static func runs(of study: ReportedStudy, _ table: StudyRunsTable) -> [[String]] {
    let rows = study.runs.enumerated().map { place, run in
      [run.record.key]
        + table.columns.map { column in
          // Settings as they are written, figures with all their digits.
          column.isSetting ? column.texts[place] ?? "" : text(of: column, at: place)
        } + [run.failure ?? ""]
    }
    return [["run"] + table.columns.map(\.key) + ["failure"]] + rows
  }

  private static func text(of column: StudyRunsTable.Column, at place: Int) -> String {
    column.numbers.map { number($0[place]) } ?? column.texts[place] ?? ""
  }

  private static func figures(
    of study: ReportedStudy, _ table: StudyRunsTable
  ) -> [String: [String: Double]] {
    var figures: [String: [String: Double]] = [:]
    for (place, run) in study.runs.enumerated() {
      for column in table.columns where !column.isSetting {
        guard let value = column.numbers?[place], value.isFinite else { continue }
        figures[run.record.key, default: [:]][column.key] = value
      }
    }
    return figures
  }

  private static func number(_ value: Double?) -> String {
    value.flatMap { $0.isFinite ? "\($0)" : nil } ?? ""
  }
}
