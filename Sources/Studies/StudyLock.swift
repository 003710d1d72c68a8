import Foundation
import RunStore

/// Holds a study's folder for one process and the runs it started.
///
/// The runs inherit the open file, so the lock outlives a study that is killed until its runs have
/// ended as well: nobody begins a run anew that is still being written.
final class StudyLock {
  private let descriptor: Int32

  /// Takes the lock.
  ///
  /// - Parameters:
  ///   - patience: seconds to wait for runs of a study that is no longer there.
  ///   - waiting: called once when there is something to wait for.
  ///   - shouldStop: asked while waiting.
  /// - Throws: `StudyError.inUse`, or `RunStoreError` when the file cannot be made.
  init(
    _ folder: StudyFolder, patience: Double = 60, waiting: () -> Void,
    shouldStop: () -> Bool
  ) throws {
    // Without O_CLOEXEC: runs are to inherit it.
    let descriptor = open(folder.lock.path, O_RDWR | O_CREAT, 0o666)
    guard descriptor >= 0 else {
      throw RunStoreError.unwritable(
        path: folder.lock.path, reason: String(cString: strerror(errno)))
    }
    self.descriptor = descriptor
    let end = ContinuousClock.now + .seconds(patience)
    var hasSaid = false
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let holder = (try? String(contentsOf: folder.lock, encoding: .utf8)).flatMap { Int32($0) }
      let isAlive = holder.map { kill($0, 0) == 0 || errno == EPERM } ?? true
      guard !isAlive, ContinuousClock.now < end, !shouldStop() else {
        close(descriptor)
        throw StudyError.inUse(path: folder.url.path, process: isAlive ? holder : nil)
      }
      if !hasSaid { waiting() }
      hasSaid = true
      usleep(50_000)
    }
    let text = "\(getpid())"
    ftruncate(descriptor, 0)
    _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
  }

  deinit { close(descriptor) }
}
