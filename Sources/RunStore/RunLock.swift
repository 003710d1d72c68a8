import Foundation

/// Keeps two processes off one folder: a lock on its file `.lock`, which the system lifts when the
/// process ends, however it ends. The file stays; it holds the number of the last process.
///
/// On a file system without locks there is none, and nothing is refused.
public final class RunLock {
  private let descriptor: Int32

  /// Locks `folder`, which must exist.
  ///
  /// - Parameters:
  ///   - folder: what is locked.
  ///   - seconds: how long to wait for a process that is about to end.
  /// - Throws: `RunStoreError.inUse` when another process, or another lock of this one, has it.
  public init(_ folder: URL, waitingFor seconds: Double = 0) throws(RunStoreError) {
    let path = folder.appendingPathComponent(".lock").path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .writing(path, errno: errno) }
    let deadline = Date(timeIntervalSinceNow: seconds)
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK {
      guard Date() < deadline else {
        let holder = Self.processNumber(in: descriptor)
        close(descriptor)
        throw .inUse(path: folder.path, process: holder)
      }
      usleep(50_000)
    }
    // For people alone, so that a full disk is no reason to stop.
    let text = Data("\(getpid())\n".utf8)
    guard ftruncate(descriptor, 0) == 0 else { return }
    _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  deinit { close(descriptor) }

  private static func processNumber(in descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }
    return Int32(String(decoding: digits, as: UTF8.self))
  }
}
