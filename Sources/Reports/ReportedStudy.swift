import Foundation
import Records
import RunStore

/// A study with everything that its page shows.
struct ReportedStudy {
  /// One run of the grid, and what it left behind.
  struct Run {
    let record: StudyRecord.Run
    /// `nil` until the run is finished.
    let summary: RunSummary?
    /// Why there is nothing to show of the run, in one line.
    let failure: String?
    /// The run's own page, or else its folder; `nil` when neither is there.
    let place: URL?
  }

  let record: StudyRecord
  let folder: URL
  let runs: [Run]
  /// What the figures are called and how they are written.
  let catalogue: FigureCatalogue

  init(_ record: StudyRecord, folder: URL, _ catalogue: FigureCatalogue) {
    self.catalogue = catalogue
    self.record = record
    self.folder = folder
    runs = record.runs.map { Self.run($0, in: folder) }
  }

  /// A study of whose runs the summaries are known by their keys; they have no places.
  init(_ record: StudyRecord, summaries: (String) -> RunSummary?, _ catalogue: FigureCatalogue) {
    self.catalogue = catalogue
    self.record = record
    folder = URL(fileURLWithPath: "/")
    runs = record.runs.map {
      Run(record: $0, summary: summaries($0.key), failure: $0.failure, place: nil)
    }
  }

  /// How many runs are in that state.
  func count(_ status: StudyRecord.Run.Status) -> Int {
    record.runs.count { $0.status == status }
  }

  private static func run(_ record: StudyRecord.Run, in folder: URL) -> Run {
    // A key names one folder under `runs/`: what leads elsewhere is no run of this study.
    guard record.key.isFileName else {
      return Run(record: record, summary: nil, failure: record.failure, place: nil)
    }
    let run = RunFolder(path: folder.appendingPathComponent("runs/\(record.key)").path)
    let hasReport = FileManager.default.fileExists(atPath: run.report.path)
    let place = hasReport ? run.report : run.exists ? run.url : nil
    do {
      return Run(
        record: record, summary: try run.readSummary(), failure: record.failure, place: place)
    } catch {
      return Run(record: record, summary: nil, failure: error.description, place: place)
    }
  }
}

/// Settings and links as the page prints them.
enum StudyText {
  /// A setting as it is written in a study file.
  static func setting(_ value: JSONValue?) -> String? {
    switch value {
    case nil: nil
    case .null: "none"
    case .bool(let flag): flag ? "yes" : "no"
    case .integer(let number): Numerals.setting(number)
    case .double(let number): Numerals.setting(number)
    case .string(let text): text
    case .array(let elements): elements.compactMap(setting).joined(separator: ", ")
    case .object(let members):
      members.keys.sorted().map { "\($0): \(setting(members[$0]) ?? "")" }.joined(separator: ", ")
    }
  }

  /// A probability as a paper prints it.
  static func probability(_ value: Double?) -> String? {
    value.map { $0 < 0.001 ? "< 0.001" : Numerals.fixed($0, 3) }
  }

  /// `number` of `noun`, which takes an s in the plural.
  static func count(_ number: Int, _ noun: String) -> String {
    "\(Numerals.count(Double(number))) \(noun)\(number == 1 ? "" : "s")"
  }

  /// The address of `target` as seen from a page in `folder`.
  static func address(of target: URL, from folder: URL) -> String {
    let there = target.standardizedFileURL.pathComponents
    let here = folder.standardizedFileURL.pathComponents
    let shared = zip(there, here).prefix { $0 == $1 }.count
    let steps =
      Array(repeating: "..", count: here.count - shared) + there.dropFirst(shared).map(escaped)
    return steps.joined(separator: "/") + (target.hasDirectoryPath ? "/" : "")
  }

  private static func escaped(_ component: String) -> String {
    // A colon in the first part of an address would make it a scheme.
    let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "/:;"))
    return component.addingPercentEncoding(withAllowedCharacters: allowed) ?? component
  }
}
