import Foundation

/// Why a report cannot be made.
public enum ReportError: Error, Equatable, Sendable {
  /// A report needs at least one run.
  case noRuns
  /// A folder holds no record of a run.
  case nothingRecorded(path: String)
  /// A folder holds no record of a study.
  case notAStudy(path: String)
  /// A file that belongs to the program is not where the program looks for it.
  case missingResource(name: String)
}

extension ReportError: CustomStringConvertible, LocalizedError {
  /// The one line a person reads.
  public var description: String {
    switch self {
    case .noRuns:
      "a report needs at least one run folder"
    case .nothingRecorded(let path):
      "nothing is recorded in \(path): it has no metrics.jsonl, geometry.jsonl or summary.json"
    case .notAStudy(let path):
      "no study in \(path): it has no study.json"
    case .missingResource(ReportResources.plotly):
      "plotly.min.js, which draws the charts, is not installed; run \"make setup\""
    case .missingResource(let name):
      "\(name), a part of gnomon, is missing; keep gnomon_Reports.resources beside the program"
    }
  }

  /// The same line, where Foundation asks for it.
  public var errorDescription: String? { description }
}
