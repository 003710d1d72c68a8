import Foundation
import RunStore

extension StudyFolder {
  /// Locks the folder for this process and the runs it starts, so that the lock outlives a study that is
  /// killed until its runs have ended as well: nobody begins a run anew that is still being written.
  ///
  /// - Parameters:
  ///   - patience: seconds to wait for runs of a study that is no longer there.
  ///   - waiting: called once when there is something to wait for.
  ///   - shouldStop: asked while waiting.
  /// - Throws: `StudyError.inUse` and `.isShared`, or `RunStoreError` when the file cannot be made.
  func lock(
    patience: Double = 60, waiting: () -> Void, shouldStop: () -> Bool
  ) throws -> FileLock {
    let end = ContinuousClock.now + .seconds(patience)
    var hasSaid = false
    var isAlive = true
    do {
      return try FileLock(url, isInherited: true) { holder in
        isAlive = holder.map { kill($0, 0) == 0 || errno == EPERM } ?? true
        guard !isAlive, ContinuousClock.now < end, !shouldStop() else { return false }
        if !hasSaid { waiting() }
        hasSaid = true
        return true
      }
    } catch RunStoreError.inUse(let path, let holder) {
      guard !isShared else { throw StudyError.isShared(path: path) }
      throw StudyError.inUse(path: path, process: isAlive ? holder : nil)
    }
  }

  /// Locks the folder for this process and all others that share the study, and for the runs that they start.
  ///
  /// - Throws: `StudyError.inUse` where a process has it alone, or `RunStoreError` when the file cannot be made.
  func share() throws -> FileLock {
    do {
      return try FileLock(sharing: url)
    } catch RunStoreError.inUse(let path, let holder) {
      throw StudyError.inUse(path: path, process: holder)
    }
  }

  /// Whether processes share the study, or shared it until they were killed.
  private var isShared: Bool { FileManager.default.fileExists(atPath: leases.path) }
}
