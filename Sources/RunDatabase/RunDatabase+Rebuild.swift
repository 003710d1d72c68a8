import Foundation
import RunStore
internal import GRDB

extension RunDatabase {
  /// The store of a folder of runs, with every run in it that is finished. One that is damaged is
  /// made again, since the run folders have everything.
  ///
  /// - Parameters:
  ///   - collection: the runs and where their store lies.
  ///   - warn: gets a line when the store was damaged, and one for each run whose files are.
  /// - Throws: what `open(path:)` and `rebuild(at:from:)` throw besides.
  public static func open(
    for collection: RunCollection, warn: (String) -> Void
  ) throws(RunStoreError) -> RunDatabase {
    let path = RunCollection.store(in: collection.url).path
    do throws(RunStoreError) {
      let store = try open(path: path)
      do throws(RunStoreError) {
        try store.catchUp(with: collection, warn: warn)
        return store
      } catch {
        try store.close()
        throw error
      }
    } catch {
      guard case .damagedStore(_, let reason) = error else { throw error }
      let kept = try rebuild(at: path, from: collection)
      warn(
        "\(path) was damaged (\(reason)) and is made again from the run folders"
          + (kept.map { "; its notes could not be read and are in \($0)" } ?? ""))
      return try open(path: path)
    }
  }

  /// Makes the store at `path` anew from run folders and the study's record, beside the old one,
  /// and puts it in its place when it is whole. Killed at any moment it leaves the old one or the new.
  /// Notes are taken over.
  ///
  /// - Parameters:
  ///   - path: the store's file.
  ///   - collection: the runs.
  ///   - report: told how many runs were read, of how many.
  /// - Returns: where the old store is kept, when it is damaged so that its notes could not be read.
  /// - Throws: `RunStoreError.inUse` when somebody has the old store open, `.newerStore` and
  ///   `.notAStore` when the file is not this version's to replace, and what is wrong with a run.
  ///   The old store is then as it was.
  @discardableResult
  public static func rebuild(
    at path: String, from collection: RunCollection, report: (Int, Int) -> Void = { _, _ in }
  ) throws(RunStoreError) -> String? {
    do {
      try refuseUnlessDamaged(path)
      AtomicFile.removeLeftovers(in: URL(fileURLWithPath: path).deletingLastPathComponent())
      let temporary = AtomicFile.temporaryPath(beside: path)
      let descriptor = Foundation.open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw RunStoreError.writing(path, errno: errno) }
      // Says that its writer lives, to `AtomicFile.removeLeftovers(in:)`.
      FileLock.take(descriptor)
      defer { Foundation.close(descriptor) }
      do {
        try fill(temporary, from: collection, report)
        return try replace(path, by: temporary, descriptor)
      } catch {
        unlink(temporary)
        throw error
      }
    } catch {
      throw RunStoreError(error, store: path)
    }
  }

  private static func refuseUnlessDamaged(_ path: String) throws {
    do {
      try refuseForeign(path)
    } catch let error as DatabaseError where isDamage(error) {
      return
    }
  }

  private static func isDamage(_ error: DatabaseError) -> Bool {
    [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
  }

  private static func fill(
    _ path: String, from collection: RunCollection, _ report: (Int, Int) -> Void
  ) throws {
    let queue = try unseen(path)
    try StoreSchema.migrator.migrate(queue)
    for (index, run) in collection.runs.enumerated() {
      let content = try RunContent(reading: run.folder)
      try queue.write { database in
        try RunWriter(database: database).write(
          content, key: run.key, study: collection.study?.name)
      }
      report(index + 1, collection.runs.count)
    }
    if let study = collection.study {
      try queue.write { database in try StudyWriter(database: database).write(study) }
    }
    try queue.close()
  }

  /// The file at `path`, of which nobody else sees anything before it is whole, so that it needs no journal beside it.
  private static func unseen(_ path: String) throws -> DatabaseQueue {
    var configuration = configuration
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF")
    }
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Renames over the store at `path`, which nobody else may have open: their pages and ours would
  /// mix in the files beside it.
  private static func replace(
    _ path: String, by temporary: String, _ descriptor: Int32
  ) throws -> String? {
    let lock = try FileLock(folderOf: path)
    defer { withExtendedLifetime(lock) {} }
    var kept: String?
    if FileManager.default.fileExists(atPath: path) {
      do {
        try leaveWriteAheadLogging(path)
      } catch let error as DatabaseError where isDamage(error) {
        // What stands beside a damaged file belongs to nothing.
      }
      do {
        try takeNotes(from: path, to: temporary)
      } catch let error as DatabaseError where isDamage(error) {
        let beside = path + ".damaged"
        guard rename(path, beside) == 0 else { throw RunStoreError.writing(path, errno: errno) }
        kept = beside
      }
    }
    guard fsync(descriptor) == 0 else { throw RunStoreError.writing(path, errno: errno) }
    for suffix in ["-wal", "-shm", "-journal"] { unlink(path + suffix) }
    guard rename(temporary, path) == 0 else { throw RunStoreError.writing(path, errno: errno) }
    AtomicFile.synchronizeFolder(of: path)
    return kept
  }

  /// Notes are of people: no folder has them.
  private static func takeNotes(from path: String, to temporary: String) throws {
    var configuration = configuration
    configuration.readonly = true
    let old = try DatabaseQueue(path: path, configuration: configuration)
    let notes = try old.read { try NotesTable(database: $0).all() }
    try old.close()
    let new = try unseen(temporary)
    try new.write { database in
      for (key, each) in notes { try NotesTable(database: database).set(each, ofRun: key) }
    }
    try new.close()
  }

  /// Brings everything into the one file; SQLite refuses that while others have it open.
  private static func leaveWriteAheadLogging(_ path: String) throws {
    var configuration = configuration
    configuration.busyMode = .timeout(2)
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    let mode = try queue.writeWithoutTransaction { database in
      try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
    }
    try queue.close()
    if mode != "delete" { throw RunStoreError.inUse(path: path, process: nil) }
  }
}
