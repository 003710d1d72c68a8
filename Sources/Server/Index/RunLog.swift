import Foundation

/// What a run said, where that is kept: a study keeps it beside its runs.
enum RunLog {
  /// Where the log of the run in the folder at `path` would be; nil for the file system's root.
  static func path(of folder: String) -> String? {
    let url = URL(fileURLWithPath: folder, isDirectory: true)
    let own = url.appendingPathComponent("log.txt").path
    if FileStamp(own) != nil { return own }
    let runs = url.deletingLastPathComponent()
    guard runs.lastPathComponent == "runs" else { return nil }
    return runs.deletingLastPathComponent()
      .appendingPathComponent("logs/\(url.lastPathComponent).txt").path
  }

  /// Where a process that goes on with the run in the folder at `path` says what it has to: with what was said
  /// before, or in the run's folder.
  static func writable(of folder: String) -> String {
    let own = folder + "/log.txt"
    guard let known = path(of: folder), known != own, FileStamp(known)?.isFolder == false,
      access(known, W_OK) == 0
    else { return own }
    return known
  }

  /// The error that the log at `path` ends with; nil where it ends without one. To have been asked to stop is none.
  static func failure(_ path: String) -> String? {
    lines(path, count: 1).last.flatMap { line in
      let prefix = "gnomon: error: "
      guard line.hasPrefix(prefix) else { return nil }
      let reason = line.dropFirst(prefix.count)
      return reason.hasPrefix("interrupted ") ? nil : String(reason.prefix(2000))
    }
  }

  /// The last lines of the log at `path`; none where there is no log.
  static func lines(_ path: String, count: Int) -> [String] {
    guard let data = try? PlainFile.tail(path, count: 64 << 10) else { return [] }
    let text = String(decoding: data, as: UTF8.self)
    // What a bar of progress wrote over is gone.
    let lines = text.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" }).map { line in
      line.split(separator: "\r").last.map(String.init) ?? ""
    }
    return lines.suffix(count).map { String($0.prefix(2000)) }
  }
}
