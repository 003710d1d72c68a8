import Foundation
import Records
import RunStore
import Runs

extension StudyFolder {
  /// The summary of a run when it is finished. Its checkpoints are not looked at.
  ///
  /// - Throws: `StudyError.otherRun` when the run in its folder has another configuration.
  func finished(_ run: StudyRun) throws -> RunSummary? {
    let folder = self.run(run.key)
    guard let summary = try RunState.summary(of: folder) else { return nil }
    guard
      RunConfiguration.identity(of: summary.config)
        == RunConfiguration.identity(of: run.configuration.json)
    else {
      throw StudyError.otherRun(path: folder.url.path)
    }
    return summary
  }

  /// Why a run ended as it did, from the last line it said.
  func reason(_ key: String, _ ending: RunEnding) -> String {
    let said = lines((try? String(contentsOf: log(key), encoding: .utf8)) ?? "")
    let prefix = "gnomon: error: "
    let error = said.last { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    switch ending {
    case .process(.killed(let signal)) where signal == SIGKILL:
      return "killed by signal 9, perhaps for want of memory"
    case .process(.killed(let signal)):
      return "ended by signal \(signal)" + (said.last.map { ": \($0)" } ?? "")
    case .process(.exited(let code)):
      return error ?? "ended with exit code \(code)" + (said.last.map { ": \($0)" } ?? "")
    case .job(let state, let slurmSaid):
      let reason = error ?? lines(slurmSaid).last ?? said.last
      return (reason.map { "\($0) " } ?? "") + "(Slurm: \(state); log: \(log(key).path))"
    case .elsewhere: return "its summary is gone"
    case .failedElsewhere(let reason): return reason
    }
  }

  private func lines(_ text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).map(String.init)
  }
}
