import Foundation
import Records

/// A run on disk: where its files are, and what is in them.
public struct RunFolder: Sendable, Equatable {
  /// The folder itself.
  public let url: URL

  /// The run in the folder at `path`, which need not exist yet.
  public init(path: String) {
    url = URL(fileURLWithPath: path, isDirectory: true)
  }

  /// The folder's own name.
  public var name: String { url.lastPathComponent }
  /// The whole resolved configuration, as YAML.
  public var config: URL { url.appendingPathComponent("config.yaml") }
  /// One JSON object a logged step.
  public var metrics: URL { url.appendingPathComponent("metrics.jsonl") }
  /// One JSON object a measured epoch and layer.
  public var geometry: URL { url.appendingPathComponent("geometry.jsonl") }
  /// The folder of checkpoints.
  public var checkpoints: URL { url.appendingPathComponent("checkpoints", isDirectory: true) }
  /// The figures at the end.
  public var summary: URL { url.appendingPathComponent("summary.json") }
  /// A contact sheet: a row an image, a column a view.
  public var views: URL { url.appendingPathComponent("views.png") }
  /// The files of the data set that could not be used, where there are any: a path, a tab, the reason.
  public var skippedFiles: URL { url.appendingPathComponent("skipped-files.txt") }
  /// What TensorBoard shows of the run, where it is logged for it.
  public var tensorboard: URL { url.appendingPathComponent("tensorboard", isDirectory: true) }
  /// The report's page.
  public var report: URL { url.appendingPathComponent("report.html") }

  /// Whether there is a folder at all.
  public var exists: Bool { isFolder == true }

  /// Whether something else is in its place.
  public var isFile: Bool { isFolder == false }

  /// Whether what is there is a folder; nil where nothing is.
  private var isFolder: Bool? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      return nil
    }
    return isFolder.boolValue
  }

  /// Whether there is a configuration: a folder without one is no run.
  public var hasConfiguration: Bool { FileManager.default.fileExists(atPath: config.path) }

  /// Whether there is nothing of a run yet: no folder, an empty one, or one in which a killed
  /// process had only begun to make its files.
  public var isUnused: Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.allSatisfy { name in
      name == ".lock" || AtomicFile.isTemporary(name)
        || name == checkpoints.lastPathComponent && RunFolder(path: checkpoints.path).isUnused
    }
  }

  /// Locks the run for this process and clears away what killed ones left half written.
  ///
  /// - Parameter seconds: how long to wait for a process that is about to end.
  /// - Throws: `RunStoreError.inUse` when another process works on the run.
  public func lock(waitingFor seconds: Double = 0) throws(RunStoreError) -> FileLock {
    let lock = try FileLock(url, waitingFor: seconds)
    AtomicFile.removeLeftovers(in: url)
    AtomicFile.removeLeftovers(in: checkpoints)
    return lock
  }

  /// Makes the folder and its `checkpoints`, with those above them; existing ones are left alone.
  public func create() throws(RunStoreError) {
    try Self.makeFolder(checkpoints)
  }

  // Foundation's own way names no cause when a file stands where a folder should.
  private static func makeFolder(_ folder: URL) throws(RunStoreError) {
    if makeLastingFolder(folder.path) { return }
    let code = errno
    if code == ENOENT, folder.path != "/" {
      try makeFolder(folder.deletingLastPathComponent())
      if makeLastingFolder(folder.path) { return }
    }
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder)
    guard exists && isFolder.boolValue else {
      throw .writing(folder.path, errno: exists ? ENOTDIR : code)
    }
  }

  /// Makes one folder that a power cut does not take back.
  private static func makeLastingFolder(_ path: String) -> Bool {
    guard mkdir(path, 0o777) == 0 else { return false }
    AtomicFile.synchronizeFolder(of: path)
    return true
  }

  /// The logged steps in file order; none when nothing was logged yet. A last line that a killed
  /// process left unfinished is dropped; damage elsewhere is an error that names file and line.
  public func readMetrics() throws(RunStoreError) -> [MetricRecord] {
    try JSONLines.read(MetricRecord.self, from: metrics)
  }

  /// The measured epochs and layers in file order; unfinished and damaged lines as in
  /// `readMetrics()`.
  public func readGeometry() throws(RunStoreError) -> [GeometryRecord] {
    try JSONLines.read(GeometryRecord.self, from: geometry)
  }

  /// The figures at the end, or `nil` while the run is not finished.
  public func readSummary() throws(RunStoreError) -> RunSummary? {
    try RunJSON.read(RunSummary.self, from: summary, knownSchema: RunSummary.currentSchema)
  }

  /// Writes `summary.json`, whole or not at all.
  public func write(_ summary: RunSummary) throws(RunStoreError) {
    let document = try RunJSON.document(summary)
    try AtomicFile.write(document, to: self.summary)
  }
}
