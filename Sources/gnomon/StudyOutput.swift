import Foundation
import Records
import Studies

/// What `gnomon study` prints.
enum StudyOutput {
  private struct PlanDocument: Encodable {
    let schema = 1
    let name: String
    let folder: String
    let runs: [StudyPlan.Entry]
    let secondsLeft: Double?

    enum CodingKeys: String, CodingKey {
      case schema, name, folder, runs
      case secondsLeft = "seconds_left"
    }
  }

  /// The runs of a study that is not started.
  static func show(_ plan: StudyPlan, of found: StudyPlace, asJSON: Bool) throws {
    if asJSON {
      try Output.printJSON(
        PlanDocument(
          name: found.study.name, folder: found.folder.url.path, runs: plan.entries,
          secondsLeft: plan.secondsLeft))
      return
    }
    for entry in plan.entries {
      let time = entry.seconds.map { "  " + ProgressBar.clock($0) } ?? ""
      print("\(entry.isFinished ? "done   " : "to make")  \(entry.key)\(time)")
    }
    let left = plan.entries.count { !$0.isFinished }
    let time = plan.secondsLeft.map { "about \(ProgressBar.clock($0))" }
    print(
      "\(plan.entries.count) runs, \(left) to make"
        + (left == 0 ? "" : ": \(time ?? "how long that takes is unknown until the first is done")")
    )
  }

  /// Says that runs are made again because of their threads.
  static func warnOfThreads(_ plan: StudyPlan, threads: Int) {
    for (others, count) in plan.otherThreads.sorted(by: { $0.key < $1.key }) {
      Terminal.warning(
        "\(count) finished runs were made with \(others) threads each and are made again with \(threads), "
          + "which gives other bits: to keep them, set threads: \(others) in the study file")
    }
  }

  /// A study as it stands.
  static func show(
    _ record: StudyRecord, of found: StudyPlace, asJSON: Bool, isQuiet: Bool
  ) throws {
    if asJSON { return try Output.printJSON(record) }
    if isQuiet { return }
    for run in record.runs {
      print("\(run.status.rawValue)  \(run.key)" + (run.failure.map { "  \($0)" } ?? ""))
    }
    let table = try StudyResults(found.study, in: found.folder).table
    if !table.columns.isEmpty { print("\n" + text(of: table)) }
    if !record.claims.isEmpty { print("\n" + ledger(record.claims)) }
    Terminal.note("wrote \(found.folder.url.path)")
  }
}
