import Foundation
import Records
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
  func reason(_ key: String, _ ending: ChildProcess.Ending) -> String {
    let said = (try? String(contentsOf: log(key), encoding: .utf8)) ?? ""
    let prefix = "gnomon: error: "
    let lines = said.split(whereSeparator: \.isNewline).map(String.init)
    switch ending {
    case .killed(let signal) where signal == SIGKILL:
      return "killed by signal 9, perhaps for want of memory"
    case .killed(let signal):
      return "ended by signal \(signal)" + (lines.last.map { ": \($0)" } ?? "")
    case .exited(let code):
      if let error = lines.last(where: { $0.hasPrefix(prefix) }) {
        return String(error.dropFirst(prefix.count))
      }
      return "ended with exit code \(code)" + (lines.last.map { ": \($0)" } ?? "")
    }
  }
}
