import Synchronization

/// What is read from the files of a run's folder and kept up with them.
protocol FollowedFiles: Sendable {
  /// Nothing yet.
  init()
  /// Grows with every change.
  var version: Int { get }
  /// Reads what is new in the folder at `path`. What cannot be read counts as absent: the run's entry says why.
  mutating func look(_ path: String)
}

/// What was read of the runs that were looked at last.
final class FollowedCache<Files: FollowedFiles>: Sendable {
  private struct State {
    var files: [String: Files] = [:]
    /// The identifiers, the latest last.
    var order: [String] = []
  }

  private let state = Mutex(State())
  private let most: Int

  /// Keeps what was read of at most `most` runs.
  init(most: Int) { self.most = most }

  /// What is in the files of a run now.
  func files(of run: RunEntry) -> Files {
    var files = state.withLock { state in
      state.order.removeAll { $0 == run.identifier }
      state.order.append(run.identifier)
      while state.order.count > most { state.files[state.order.removeFirst()] = nil }
      return state.files[run.identifier] ?? Files()
    }
    // Outside of the lock: a large file must not hold up the pages of other runs.
    files.look(run.place.path)
    state.withLock { state in
      guard state.order.contains(run.identifier) else { return }
      let known = state.files[run.identifier]?.version ?? 0
      if files.version >= known { state.files[run.identifier] = files }
    }
    return files
  }
}
