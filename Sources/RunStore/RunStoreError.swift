import Foundation

/// What can go wrong with a run folder or a store.
public enum RunStoreError: Error, Equatable, Sendable {
  /// There is no folder, or something that is not a folder, where a run was expected.
  case notARun(path: String)
  /// A file exists but could not be read.
  case unreadable(path: String, reason: String)
  /// A file's content is not what it should be; `line` counts from 1 in JSON Lines files.
  case damaged(path: String, line: Int?, reason: String)
  /// A file's `schema` is newer than this program knows.
  case newerSchema(path: String, schema: Int, known: Int)
  /// The file system has no room left.
  case diskFull(path: String)
  /// A file could not be written for another reason.
  case unwritable(path: String, reason: String)
  /// Another process works in a folder; its number where it is known.
  case inUse(path: String, process: Int32?)
  /// A store was made by a newer version of the program.
  case newerStore(path: String)
  /// What stands where a store should is something else.
  case notAStore(path: String)
  /// A store's file is not whole.
  case damagedStore(path: String, reason: String)
  /// A record cannot be written as JSON.
  case notRepresentable(record: String, reason: String)

  /// The write error that `errno` stands for.
  package static func writing(_ path: String, errno code: Int32) -> RunStoreError {
    code == ENOSPC || code == EDQUOT
      ? .diskFull(path: path) : .unwritable(path: path, reason: String(cString: strerror(code)))
  }
}

extension RunStoreError: CustomStringConvertible, LocalizedError {
  /// The one line a person reads.
  public var description: String {
    switch self {
    case .notARun(let path):
      "no run folder at \(path)"
    case .unreadable(let path, let reason):
      "cannot read \(path): \(reason)"
    case .damaged(let path, .some(let line), let reason):
      "\(path), line \(line), is damaged: \(reason); remove the line or restore the file"
    case .damaged(let path, nil, let reason):
      "\(path) is damaged: \(reason); restore the file or run again"
    case .newerSchema(let path, let schema, let known):
      "\(path) has schema \(schema) and this program knows \(known)"
    case .diskFull(let path):
      "disk full: cannot write \(path); free some space or choose another folder"
    case .unwritable(let path, let reason):
      "cannot write \(path): \(reason)"
    case .inUse(let path, let process):
      "\(path) is in use by " + (process.map { "process \($0)" } ?? "another process")
        + ": wait for it to end, or end it"
    case .newerStore(let path):
      "\(path) was made by a newer version of the program and is left as it is"
    case .notAStore(let path):
      "\(path) is not a store of runs and is left as it is: move it away, or choose another folder"
    case .damagedStore(let path, let reason):
      "\(path) is damaged: \(reason)"
    case .notRepresentable(let record, let reason):
      "\(record) cannot be written as JSON: \(reason)"
    }
  }

  /// The same line, where Foundation asks for it.
  public var errorDescription: String? { description }
}
