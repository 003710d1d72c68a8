import Records
import Runs

/// What a study has measured so far: its record with the summaries of its finished runs.
public struct StudyResults {
  /// A finished run of a study.
  struct Entry {
    let key: String
    let settings: [String: JSONValue]
    let summary: RunSummary
    /// What runs are paired by: the seed on its axis, or else of the settings.
    let seed: Int
  }

  let study: Study
  let folder: StudyFolder
  /// The finished runs in the study's order.
  let entries: [Entry]
  /// Every run, finished or not.
  let record: StudyRecord

  /// Reads what is in a study's folder.
  ///
  /// - Throws: `StudyError.notAStudy` for a folder without `study.json`, `StudyError.seed` for a seed that is no
  ///   whole number, and `RunStoreError` for files that cannot be read.
  public init(_ study: Study, in folder: StudyFolder) throws {
    guard let record = try folder.readRecord() else {
      throw StudyError.notAStudy(path: folder.url.path)
    }
    guard record.name == study.name else {
      throw StudyError.otherStudy(path: folder.url.path, name: record.name)
    }
    var entries: [Entry] = []
    for run in record.runs {
      let runFolder = folder.run(run.key)
      if let value = run.settings["seed"] {
        _ = try StudyResults.seed(value, of: run.key, in: folder.record.path)
      }
      guard let summary = try runFolder.readSummary() else { continue }
      let seed = try StudyResults.seed(
        run.settings["seed"] ?? summary.config["seed"] ?? 0, of: run.key,
        in: runFolder.summary.path)
      entries.append(
        Entry(key: run.key, settings: run.settings, summary: summary, seed: seed))
    }
    self.study = study
    self.folder = folder
    self.record = record
    self.entries = entries
  }

  private static func seed(
    _ value: JSONValue, of run: String, in path: String
  ) throws(StudyError) -> Int {
    guard let seed = value.wholeValue, case .whole(let seeds) = RunConfiguration.settings.seed.form,
      seeds.contains(seed)
    else {
      throw .seed(path: path, run: run, seed: value.plainText)
    }
    return seed
  }

  /// The study's name.
  public var name: String { study.name }

  /// The finished runs, those with the same settings but the seed together, under a text for people.
  var bySettings: [(name: String, entries: [Entry])] {
    var groups: [(name: String, entries: [Entry])] = []
    let keys = study.axisKeys.filter { $0 != "seed" }
    for entry in entries {
      let texts = keys.map { "\($0) \(study.text(of: entry.settings[$0], on: $0))" }
      let name = texts.isEmpty ? study.name : texts.joined(separator: ", ")
      if let index = groups.firstIndex(where: { $0.name == name }) {
        groups[index].entries.append(entry)
      } else {
        groups.append((name, [entry]))
      }
    }
    return groups
  }
}
