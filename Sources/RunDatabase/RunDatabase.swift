import Foundation
import RunStore
internal import GRDB

/// The store of runs: one SQLite file in which the figures of many runs are found quickly.
///
/// Run folders stay the truth. What is here was read from them, and `rebuild(at:from:)` makes the
/// same again. Several processes may read and write one store at once; a writer waits for another
/// for up to a minute. Docs/Store.md describes the tables.
public final class RunDatabase: Sendable {
  /// The file.
  public let path: String
  let pool: DatabasePool

  private init(path: String, pool: DatabasePool) {
    self.path = path
    self.pool = pool
  }

  /// Opens the store at `path`, makes it where there is none, and brings an older one up to date.
  ///
  /// - Throws: `RunStoreError.newerStore` and `.notAStore` when the file is a newer version's or
  ///   something else, which is then left as it is; `.damagedStore`; `.unwritable`; `.diskFull`.
  public static func open(path: String) throws(RunStoreError) -> RunDatabase {
    // Two processes that made the same tables at once would be in each other's way.
    let lock = try FileLock(folderOf: path)
    defer { withExtendedLifetime(lock) {} }
    do {
      try refuseForeign(path)
      let pool = try DatabasePool(path: path, configuration: configuration)
      try StoreSchema.migrator.migrate(pool)
      return RunDatabase(path: path, pool: pool)
    } catch {
      throw RunStoreError(error, store: path)
    }
  }

  /// Ends the use of the store; its file is then whole without others beside it, unless another
  /// process uses it too. Any later use is an error.
  public func close() throws(RunStoreError) {
    // Readers first: only a writer that is the last to close clears away the files beside.
    pool.invalidateReadOnlyConnections()
    do { try pool.close() } catch { throw RunStoreError(error, store: path) }
  }

  static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(60)
    configuration.maximumReaderCount = 4
    return configuration
  }

  /// Refuses, without changing it, a file that is no store or one of a newer version.
  static func refuseForeign(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFREG else { throw RunStoreError.notAStore(path: path) }
    var configuration = configuration
    configuration.readonly = true
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.read { database in try refuseForeign(database, path) }
    try queue.close()
  }

  /// Refuses an open file that is no store or one of a newer version.
  static func refuseForeign(_ database: Database, _ path: String) throws {
    // A process that was killed while it made the store leaves none but this table.
    let tables = try Int.fetchOne(
      database,
      sql: "SELECT count(*) FROM sqlite_master WHERE name NOT IN (?, ?)",
      arguments: ["grdb_migrations", "sqlite_autoindex_grdb_migrations_1"])
    if tables == 0 { return }
    let mark = try Int.fetchOne(database, sql: "PRAGMA application_id")
    guard mark == StoreSchema.applicationID else { throw RunStoreError.notAStore(path: path) }
    if try StoreSchema.migrator.hasBeenSuperseded(database) {
      throw RunStoreError.newerStore(path: path)
    }
  }
}

extension RunDatabase {
  /// Runs `body` in one transaction: all of it happens or nothing.
  func writing<Value>(_ body: (Database) throws -> Value) throws(RunStoreError) -> Value {
    do { return try pool.write(body) } catch { throw RunStoreError(error, store: path) }
  }

  /// Runs `body` on the store as it stands at one moment.
  func reading<Value>(_ body: (Database) throws -> Value) throws(RunStoreError) -> Value {
    do { return try pool.read(body) } catch { throw RunStoreError(error, store: path) }
  }
}

extension RunStoreError {
  /// What went wrong with the store at `path`.
  init(_ error: any Error, store path: String) {
    if let error = error as? RunStoreError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      self = .unreadable(path: path, reason: RunJSON.brief(error))
      return
    }
    let reason = error.message ?? "\(error.resultCode)"
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damagedStore(path: path, reason: reason)
    case .SQLITE_FULL: self = .diskFull(path: path)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .inUse(path: path, process: nil)
    // Where there is no room for the file of shared memory, SQLite says no more than "I/O error".
    case .SQLITE_IOERR where Self.isFull(path): self = .diskFull(path: path)
    default: self = .unwritable(path: path, reason: reason)
    }
  }

  private static func isFull(_ path: String) -> Bool {
    var status = statvfs()
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard statvfs(folder, &status) == 0 else { return false }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 1 << 17
  }
}
