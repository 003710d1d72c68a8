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
  /// - Throws: `StudyError.inUse`, or `RunStoreError` when the file cannot be made.
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
      throw StudyError.inUse(path: path, process: isAlive ? holder : nil)
    }
  }
}
