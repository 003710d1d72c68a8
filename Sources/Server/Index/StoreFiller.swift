import Foundation
import Records
import RunDatabase
import RunStore
import Synchronization

/// Puts finished runs into the stores beside them, one after the other in a thread of its own that stands back for all else:
/// no page waits for it, and a store that cannot be written to is said to be and tried again a minute later.
final class StoreFiller: Sendable {
  /// What is to be put into one store.
  private struct Job {
    struct Run {
      let identifier: String
      let key: String
      let folder: RunFolder
      let summary: FileStamp
    }

    let store: String
    let study: StudyRecord?
    var runs: [Run] = []
  }

  private struct State {
    /// The summaries of what is in the stores, by the runs' identifiers.
    var filled: [String: FileStamp] = [:]
    /// The versions in which runs were looked at, so that those that do not change cost nothing.
    var seen: [String: Int] = [:]
    var problems: [String: String] = [:]
    var again: [String: ContinuousClock.Instant] = [:]
    var version = -1
    var isBusy = false
  }

  private let state = Mutex(State())
  private let patience: Duration

  /// - Parameter patience: how long a store that could not be written to is left alone.
  init(patience: Duration = .seconds(60)) { self.patience = patience }

  /// What is wrong with stores, a line each.
  var problems: [String] {
    state.withLock { state in state.problems.keys.sorted().compactMap { state.problems[$0] } }
  }

  /// Whether all that is finished was put in, or could not be.
  var isDone: Bool { state.withLock { !$0.isBusy } }

  /// Begins to put in what has been finished since the last time.
  func consider(_ snapshot: RunIndex.Snapshot) {
    let now = ContinuousClock.now
    let jobs: [Job] = state.withLock { state in
      let due = state.again.filter { $0.value <= now }.keys
      guard !state.isBusy, snapshot.isComplete, snapshot.version != state.version || !due.isEmpty
      else { return [] }
      state.version = snapshot.version
      for store in due {
        state.again[store] = nil
        state.seen = [:]
      }
      let jobs = Self.jobs(snapshot, &state)
      state.isBusy = !jobs.isEmpty
      return jobs
    }
    guard !jobs.isEmpty else { return }
    let thread = Thread {
      #if canImport(Glibc)
        // Of this thread alone.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
      #endif
      for job in jobs { self.fill(job) }
      self.state.withLock { $0.isBusy = false }
    }
    thread.stackSize = 1 << 20
    thread.start()
  }

  private static func jobs(_ snapshot: RunIndex.Snapshot, _ state: inout State) -> [Job] {
    let studies = Dictionary(
      snapshot.studies.map { ($0.identifier, $0) }, uniquingKeysWith: { first, _ in first })
    var jobs: [String: Job] = [:]
    for run in snapshot.ordered where state.seen[run.identifier] != run.version {
      let study = run.study.flatMap { studies[$0] }
      // A study that runs fills its store itself.
      guard run.state == .finished, study?.isRunning != true, let place = NotesPlace(of: run.place),
        state.again[place.store] == nil
      else { continue }
      state.seen[run.identifier] = run.version
      guard let summary = FileStamp(run.place.path + "/summary.json"),
        summary != state.filled[run.identifier]
      else { continue }
      var job = jobs[place.store] ?? Job(store: place.store, study: study?.record)
      job.runs.append(
        .init(
          identifier: run.identifier, key: place.key, folder: RunFolder(path: run.place.path),
          summary: summary))
      jobs[place.store] = job
    }
    return jobs.values.sorted { $0.store < $1.store }
  }

  private func fill(_ job: Job) {
    // A folder that cannot be written to is somebody's wish, and no problem.
    guard NotesPlace(store: job.store, key: "").hindrance == nil else { return }
    do throws(RunStoreError) {
      let store = try RunDatabase.open(path: job.store)
      do throws(RunStoreError) {
        try put(job, into: store)
      } catch {
        try? store.close()
        throw error
      }
      try store.close()
      state.withLock { $0.problems[job.store] = nil }
    } catch {
      state.withLock { state in
        state.problems[job.store] = "Runs are not put into \(job.store): \(error.description)"
        state.again[job.store] = ContinuousClock.now + patience
      }
    }
  }

  private func put(_ job: Job, into store: RunDatabase) throws(RunStoreError) {
    let study = job.study?.name
    let known = Set(
      try store.runs(of: study).filter { $0.study == study && $0.hasSummary }.map(\.key))
    for run in job.runs {
      let isFirst = state.withLock { $0.filled[run.identifier] == nil }
      if !isFirst || !known.contains(run.key) {
        let began = ContinuousClock.now
        do throws(RunStoreError) {
          try store.importRun(run.folder, key: run.key, study: study)
        } catch {
          // The run's own page says what is wrong with its files.
          switch error {
          case .damaged, .newerSchema, .unreadable: break
          default: throw error
          }
        }
        // A quarter of a processor is enough.
        usleep(useconds_t(min(1, 3 * (began.duration(to: .now) / .seconds(1))) * 1e6))
      }
      state.withLock { $0.filled[run.identifier] = run.summary }
    }
    if let record = job.study, try store.study(named: record.name) != record {
      try store.record(record)
    }
  }
}
