import Foundation
import Records
import RunStore

/// A study on disk: where its files are, and what is in them.
///
/// ```
/// studies/NAME/
///   study.yaml     a copy of the study file
///   study.json     the study as it stands: its runs, its claims
///   runs/KEY/      a run's folder
///   configs/       the configuration each run was started with
///   logs/          what each run said
///   store.sqlite   all of it in one database, made from the run folders
///   leases/        who makes which run, while several processes share them
///   slurm/         the job arrays that Slurm may still have
/// ```
public struct StudyFolder: Sendable {
  /// The folder itself.
  public let url: URL

  /// The study in the folder at `path`, which need not exist yet.
  public init(path: String) {
    url = URL(fileURLWithPath: path, isDirectory: true)
  }

  /// The copy of the study file.
  public var file: URL { url.appendingPathComponent("study.yaml") }
  /// The study as it stands.
  public var record: URL { RunCollection.record(in: url) }
  /// The folder of the runs' folders.
  public var runs: URL { url.appendingPathComponent("runs", isDirectory: true) }

  /// The folder of a run.
  public func run(_ key: String) -> RunFolder {
    RunFolder(path: runs.appendingPathComponent(key, isDirectory: true).path)
  }

  private var configs: URL { url.appendingPathComponent("configs", isDirectory: true) }
  private var logs: URL { url.appendingPathComponent("logs", isDirectory: true) }
  /// The folder of what processes that share the study have taken.
  var leases: URL { url.appendingPathComponent("leases", isDirectory: true) }
  private var earlierFiles: URL { url.appendingPathComponent("earlier", isDirectory: true) }

  func config(_ key: String) -> URL { configs.appendingPathComponent("\(key).yaml") }
  func log(_ key: String) -> URL { logs.appendingPathComponent("\(key).txt") }

  /// Makes the folder and those in it; existing ones are left alone.
  func create() throws(RunStoreError) {
    for folder in [runs, configs, logs] {
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      } catch {
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        throw .unwritable(
          path: folder.path, reason: (cause ?? error as NSError).localizedDescription)
      }
    }
  }

  /// The study as it was last written; nil when there is none.
  public func readRecord() throws(RunStoreError) -> StudyRecord? {
    do {
      return try RunCollection.readStudy(in: url)
    } catch {
      guard case .damaged(let path, let line, _) = error else { throw error }
      throw .damaged(path: path, line: line, reason: "it is no study's record")
    }
  }

  /// Writes `study.json`, whole or not at all.
  package func write(_ record: StudyRecord) throws(RunStoreError) {
    try AtomicFile.write(RunJSON.document(record), to: self.record)
  }

  /// Keeps the file a study was started from. An earlier one that differs goes to `earlier/`.
  ///
  /// - Returns: whether there was an earlier one that differs.
  func keep(_ text: String) throws(RunStoreError) -> Bool {
    let data = Data(text.utf8)
    let earlier = try AtomicFile.readIfPresent(file)
    if earlier == data { return false }
    if let earlier {
      try? FileManager.default.createDirectory(
        at: earlierFiles, withIntermediateDirectories: true)
      var number = 1
      var copy = earlierFiles.appendingPathComponent("study-1.yaml")
      while FileManager.default.fileExists(atPath: copy.path) {
        number += 1
        copy = earlierFiles.appendingPathComponent("study-\(number).yaml")
      }
      try AtomicFile.write(earlier, to: copy)
    }
    try AtomicFile.write(data, to: file)
    return earlier != nil
  }

  /// Removes what an interrupted atomic write left in the study's own folders; a run clears its own.
  func removeTemporaryFiles() {
    for folder in [url, configs, earlierFiles] { AtomicFile.removeLeftovers(in: folder) }
  }
}
