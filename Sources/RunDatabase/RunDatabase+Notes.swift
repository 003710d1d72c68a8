import Foundation
import RunStore
internal import GRDB

extension RunDatabase {
  /// The notes of all runs that have any, by the runs' keys.
  public func notes() throws(RunStoreError) -> [String: RunNotes] {
    try reading { try NotesTable(database: $0).all() }
  }

  /// Puts notes in the place of what was noted of a run, which need not be in the store; empty ones leave none.
  public func setNotes(_ notes: RunNotes, ofRun key: String) throws(RunStoreError) {
    try writing { try NotesTable(database: $0).set(notes, ofRun: key) }
  }

  /// The notes in the store at `path`, which stays as it is: none where there is no store, or one that is older than
  /// notes. A folder that cannot be written to is no hindrance.
  ///
  /// - Throws: `RunStoreError` as `open(path:)` does.
  public static func readNotes(at path: String) throws(RunStoreError) -> [String: RunNotes] {
    guard FileManager.default.fileExists(atPath: path) else { return [:] }
    do {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      // A reader of write-ahead logs needs files beside the store.
      guard access(folder, W_OK) == 0, access(path, W_OK) == 0 else {
        return try withCopy(of: path) { try read($0) }
      }
      return try read(path)
    } catch {
      throw RunStoreError(error, store: path)
    }
  }

  private static func read(_ path: String) throws -> [String: RunNotes] {
    var configuration = Configuration()
    configuration.busyMode = .timeout(2)
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    let notes = try queue.writeWithoutTransaction { database in
      try refuseForeign(database, path)
      return try NotesTable(database: database).all()
    }
    try queue.close()
    return notes
  }

  private static func withCopy<Value>(
    of path: String, _ body: (String) throws -> Value
  ) throws -> Value {
    let manager = FileManager.default
    let folder = manager.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try manager.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? manager.removeItem(at: folder) }
    let copy = folder.appendingPathComponent("store.sqlite").path
    for suffix in ["", "-wal"] where manager.fileExists(atPath: path + suffix) {
      try Data(contentsOf: URL(fileURLWithPath: path + suffix), options: .mappedIfSafe)
        .write(to: URL(fileURLWithPath: copy + suffix))
    }
    return try body(copy)
  }
}

/// Reads and writes notes within a transaction.
struct NotesTable {
  let database: Database

  func all() throws -> [String: RunNotes] {
    guard try database.tableExists("notes") else { return [:] }
    var tags: [String: [String]] = [:]
    for row in try Row.fetchAll(database, sql: "SELECT run, tag FROM tags ORDER BY run, tag") {
      tags[row["run"], default: []].append(row["tag"])
    }
    var notes: [String: RunNotes] = [:]
    for row in try Row.fetchAll(database, sql: "SELECT run, note FROM notes") {
      let run: String = row["run"]
      notes[run] = RunNotes(checkedNote: row["note"], tags: tags[run] ?? [])
    }
    return notes
  }

  func set(_ notes: RunNotes, ofRun key: String) throws {
    try database.execute(sql: "DELETE FROM notes WHERE run = ?", arguments: [key])
    guard !notes.isEmpty else { return }
    try database.execute(
      sql: "INSERT INTO notes (run, note) VALUES (?, ?)", arguments: [key, notes.note])
    for tag in notes.tags {
      try database.execute(
        sql: "INSERT INTO tags (run, tag) VALUES (?, ?)", arguments: [key, tag])
    }
  }
}
