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
    let controls = ClaimLedger(of: record.claims).controls
    let head =
      [
        "claim", "statement", "statistic", "axis", "direction", "primary", "effect", "lower",
        "upper", "interval", "level", "p", "corrected_p", "seeds", "verdict", "data_set",
      ]
      + controls.flatMap { control in
        ["effect", "difference", "lower", "upper", "p", "corrected_p", "holds"].map {
          control.key(of: $0)
        }
      }
    let rows = record.claims.flatMap { claim in
      let start =
        [claim.id, claim.statement, claim.statistic, claim.axis ?? "", "\(claim.direction)"]
        + ["\(claim.isPrimary)"]
      let over = row(
        [claim.effect, claim.lower, claim.upper], claim.interval, [claim.p, claim.correctedP],
        seeds: claim.seeds, claim.verdict, in: nil)
      let whole = start + over + cells(claim.controls, controls)
      return [whole]
        + claim.dataSets.map { set in
          let own = row(
            [set.effect, set.lower, set.upper], set.interval, [set.p, set.correctedP],
            seeds: set.seeds, set.verdict, in: set.name)
          return start + own + cells(set.controls, controls)
        }
    }
    return [head] + rows
  }

  private static func row(
    _ effect: [Double?], _ interval: ClaimRecord.Interval?, _ p: [Double?], seeds: [Int],
    _ verdict: ClaimRecord.Verdict, in dataSet: String?
  ) -> [String] {
    effect.map(number) + [interval?.method.rawValue ?? "", number(interval?.level)]
      + p.map(number) + ["\(seeds.count)", verdict.rawValue, dataSet ?? ""]
  }

  private static func cells(
    _ comparisons: [ClaimRecord.ControlComparison], _ controls: [Control]
  ) -> [String] {
    controls.flatMap { control in
      let found = comparisons.first { $0.control == control }
      return [
        found?.effect, found?.difference, found?.lower, found?.upper, found?.p, found?.correctedP,
      ].map(number) + [found?.holds.map { "\($0)" } ?? ""]
    }
  }

  private static func points(of record: StudyRecord) -> [[String]] {
    let rows = record.claims.flatMap { claim in
      claim.points.map { point in
        [
          claim.id, point.run, "\(point.seed)", StudyText.setting(point.setting) ?? "",
          point.series ?? "", number(point.value), point.dataSet ?? "",
        ]
      }
    }
    return [["claim", "run", "seed", "setting", "series", "value", "data_set"]] + rows
  }

  private static func effects(of record: StudyRecord) -> [[String]] {
    let rows = record.claims.flatMap { claim in
      let parts =
        [(name: "", seeds: claim.seeds, effects: claim.effects)]
        + claim.dataSets.map { (name: $0.name, seeds: $0.seeds, effects: $0.effects) }
      return parts.flatMap { part in
        zip(part.seeds, part.effects).map { [claim.id, "\($0)", number($1), part.name] }
      }
    }
    return [["claim", "seed", "effect", "data_set"]] + rows
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
