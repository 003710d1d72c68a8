import Foundation

/// The process that works on a run.
enum RunHolder {
  /// The number of the process that holds the lock of the folder at `path`; nil where none is known, and where the system
  /// does not confirm that this process has the lock's file open: a number alone may be another process's by now.
  static func process(of folder: String) -> Int32? {
    guard let process = LockTable().holder(of: folder), process > 1, process != getpid(),
      let lock = FileStamp(folder + "/.lock"), hasOpen(process, lock)
    else { return nil }
    return process
  }

  private static func hasOpen(_ process: Int32, _ lock: FileStamp) -> Bool {
    let folder = "/proc/\(process)/fd"
    // Without such a list the lock's own word has to do.
    guard access("/proc/self/fd", F_OK) == 0 else { return true }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.contains { FileStamp(following: "\(folder)/\($0)")?.isSameFile(as: lock) == true }
  }
}
