import Foundation
import Records

/// The runs that stand in one folder and the study they belong to, if any: what a store is made of.
///
/// ```
/// FOLDER/study.json     the study as it stands
/// FOLDER/runs/KEY/      its runs; without a folder `runs`, the folders in FOLDER itself are looked at
/// FOLDER/store.sqlite   the store
/// ```
public struct RunCollection: Sendable {
  /// The folder.
  public let url: URL
  /// The study's record.
  public let study: StudyRecord?
  /// The run folders under their keys, by key.
  public let runs: [(key: String, folder: RunFolder)]

  /// Where the store of the folder at `url` is.
  public static func store(in url: URL) -> URL { url.appendingPathComponent("store.sqlite") }

  /// Where the study's record in the folder at `url` is.
  public static func record(in url: URL) -> URL { url.appendingPathComponent("study.json") }

  /// The study's record in the folder at `url`, or `nil` when there is none.
  package static func readStudy(in url: URL) throws(RunStoreError) -> StudyRecord? {
    try RunJSON.read(
      StudyRecord.self, from: record(in: url), knownSchema: StudyRecord.currentSchema)
  }

  /// Looks at the folder at `path`.
  ///
  /// - Throws: `RunStoreError` when there is no folder, or the study's record is damaged or newer.
  public init(path: String) throws(RunStoreError) {
    url = URL(fileURLWithPath: path, isDirectory: true)
    guard RunFolder(path: path).exists else {
      throw .unreadable(path: path, reason: "there is no such folder")
    }
    study = try Self.readStudy(in: url)
    let inside = url.appendingPathComponent("runs", isDirectory: true)
    let parent = RunFolder(path: inside.path).exists ? inside : url
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
    runs = names.sorted().compactMap { name in
      let folder = RunFolder(path: parent.appendingPathComponent(name).path)
      let hasRun = [folder.config, folder.metrics, folder.summary].contains {
        FileManager.default.fileExists(atPath: $0.path)
      }
      return hasRun ? (name, folder) : nil
    }
  }
}
