import Foundation

/// A lock that one holder at a time has: what keeps two processes off one run, study or store.
///
/// The system lifts it when its process ends, however it ends. On a file system without locks there is
/// none, and nothing is refused.
public final class FileLock {
  private let descriptor: Int32

  /// Locks `folder`, which must exist, by its file `.lock`. The file stays; it holds the number of the
  /// last process.
  ///
  /// - Parameters:
  ///   - folder: what is locked.
  ///   - isInherited: whether programs that this process starts hold the lock as well: it then lasts until
  ///     they too have ended.
  ///   - isPatient: asked, twenty times a second while another has the lock, whether to go on waiting;
  ///     takes the number of the last process, where it is known.
  /// - Throws: `RunStoreError.inUse` when another process, or another lock of this one, has it.
  package init(
    _ folder: URL, isInherited: Bool = false, waitingWhile isPatient: (Int32?) -> Bool
  ) throws(RunStoreError) {
    descriptor = try Self.locked(folder, isInherited: isInherited, isPatient)
    // For people alone, so that a full disk is no reason to stop.
    let text = Data("\(getpid())\n".utf8)
    guard ftruncate(descriptor, 0) == 0 else { return }
    _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  /// Locks `folder`, which must exist, by its file `.lock`.
  ///
  /// - Parameters:
  ///   - folder: what is locked.
  ///   - seconds: how long to wait for a process that is about to end.
  /// - Throws: `RunStoreError.inUse` when another process, or another lock of this one, has it.
  public convenience init(_ folder: URL, waitingFor seconds: Double = 0) throws(RunStoreError) {
    let deadline = Date(timeIntervalSinceNow: seconds)
    try self.init(folder) { _ in Date() < deadline }
  }

  /// Locks `folder`, which must exist, by its file `.lock` for this process and others that share it, and against all that do not. Programs
  /// that this process starts hold the lock as well.
  ///
  /// - Throws: `RunStoreError.inUse` when a process has it for itself.
  package init(sharing folder: URL) throws(RunStoreError) {
    let path = folder.appendingPathComponent(".lock").path
    descriptor = try Self.opened(path, O_RDWR | O_CREAT, for: path)
    if flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK {
      let holder = Self.processNumber(in: descriptor)
      close(descriptor)
      throw .inUse(path: folder.path, process: holder)
    }
    // The number of a process that has ended.
    ftruncate(descriptor, 0)
  }

  /// Locks the folder in which the file at `path` is made or replaced, however long that takes; a lock by
  /// the folder's `.lock` is another one.
  package init(folderOf path: String) throws(RunStoreError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    descriptor = try Self.opened(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, for: path)
    while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
  }

  deinit { close(descriptor) }

  /// Locks an open file until it is closed, which tells others that its writer lives.
  ///
  /// - Returns: false when another has it locked.
  @discardableResult
  package static func take(_ descriptor: Int32) -> Bool {
    flock(descriptor, LOCK_EX | LOCK_NB) == 0
  }

  private static func locked(
    _ folder: URL, isInherited: Bool, _ isPatient: (Int32?) -> Bool
  ) throws(RunStoreError) -> Int32 {
    let path = folder.appendingPathComponent(".lock").path
    let flags = O_RDWR | O_CREAT | (isInherited ? 0 : O_CLOEXEC)
    let descriptor = try opened(path, flags, for: path)
    while !take(descriptor) && errno == EWOULDBLOCK {
      let holder = processNumber(in: descriptor)
      guard isPatient(holder) else {
        close(descriptor)
        throw .inUse(path: folder.path, process: holder)
      }
      usleep(50_000)
    }
    return descriptor
  }

  private static func opened(
    _ path: String, _ flags: Int32, for purpose: String
  ) throws(RunStoreError) -> Int32 {
    let descriptor = open(path, flags, 0o666)
    guard descriptor >= 0 else { throw .writing(purpose, errno: errno) }
    return descriptor
  }

  private static func processNumber(in descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }
    return Int32(String(decoding: digits, as: UTF8.self))
  }
}
