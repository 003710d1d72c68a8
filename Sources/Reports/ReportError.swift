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
  /// A study has no claim of that name.
  case unknownClaim(String, nearest: String?, known: [String])
  /// No finished run has the figures that a claim needs.
  case nothingToDraw(claim: String)
  /// No Chromium to draw an image with: none is installed, or there is none under the name that was given.
  case noBrowser(named: String?)
  /// The browser did not draw an image.
  case browserFailed(path: String, reason: String)
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
    case .unknownClaim(let name, let nearest, let known):
      "the study has no claim '\(name)'"
        + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        + (known.isEmpty
          ? "; it has none" : (nearest == nil ? "; it has " : " It has ") + Self.list(known))
    case .nothingToDraw(let claim):
      "nothing to draw of the claim '\(claim)': no finished run has the figures that it needs"
    case .noBrowser(nil):
      "images are drawn by Chromium or Chrome, and none is installed"
    case .noBrowser(let name?):
      "there is no browser '\(name)'"
    case .browserFailed(let path, let reason):
      "\(path) did not draw the image: \(reason)"
    case .missingResource(ReportResources.plotly):
      "plotly.min.js, which draws the charts, is not installed; run \"make setup\""
    case .missingResource(let name):
      "\(name), a part of gnomon, is missing; keep gnomon_Reports.resources beside the program"
    }
  }

  /// A few names of many.
  private static func list(_ names: [String]) -> String {
    names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
  }

  /// The same line, where Foundation asks for it.
  public var errorDescription: String? { description }
}
