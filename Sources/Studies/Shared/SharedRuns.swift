import Foundation
import RunStore
import Runs

/// Runs that processes of several hosts make together: each takes a lease on a run before it begins it, and lets the others' be.
final class SharedRuns: RunMaker {
  /// A run that this process makes.
  private struct Own {
    let lease: Lease
    let started: RunStarter.Started
  }

  private let starter: RunStarter
  private let jobs: Int
  private let share: StudyShare
  private let interval: Duration
  /// The runs of which nobody has told yet how they ended.
  private var waiting: [Int]
  private var own: [Own] = []
  /// The leases of runs that ended here, until the study has made something of them.
  private var ended: [Int: Lease] = [:]
  private var elsewhere: Set<Int> = []
  private var next = ContinuousClock.now

  /// Makes the runs at the places `waiting`, `jobs` at a time, as far as the others do not.
  ///
  /// - Parameter interval: how often the others' leases are looked at, at most.
  init(
    _ starter: RunStarter, jobs: Int, share: StudyShare, waiting: [Int],
    interval: Duration = .seconds(1)
  ) {
    self.starter = starter
    self.jobs = jobs
    self.share = share
    self.waiting = waiting
    self.interval = interval
  }

  var inProgress: [RunInProgress] { own.map(\.started.run) }
  var width: Int { max(jobs, own.count) + elsewhere.count }
  var queue: String? { elsewhere.isEmpty ? nil : "\(elsewhere.count) made elsewhere" }
  var isDone: Bool { waiting.isEmpty && own.isEmpty }

  func advance() throws -> [RunNews] {
    guard !share.isTakenForGone else {
      throw StudyError.takenForGone(path: starter.folder.url.path)
    }
    var news = pollOwn()
    guard ContinuousClock.now >= next || own.count < jobs && !news.isEmpty else { return news }
    let began = ContinuousClock.now
    for place in waiting { news += try look(at: place) }
    try share.removeSilent()
    // A slow file system is not to do nothing but answer here.
    next = .now + max(interval, began.duration(to: .now) * 5)
    return news
  }

  func settle(_ place: Int, _ outcome: RunOutcome) {
    guard let lease = ended.removeValue(forKey: place) else { return }
    switch outcome {
    case .finished: lease.settle(.settled(Self.finished))
    case .failed(let reason): lease.settle(.settled(Self.failed + reason))
    case .pending: lease.settle(.free)
    }
    share.beat.drop(lease)
  }

  func stop() {
    waiting = []
    elsewhere = []
    for run in own { run.started.process.interrupt() }
  }

  func abandon() {
    stop()
    for run in own {
      // Others make these.
      if run.lease.isLost || share.isTakenForGone { run.started.process.end() }
      run.started.process.wait()
      share.beat.drop(run.lease)
      run.lease.settle(.free)
    }
    own = []
  }

  private func pollOwn() -> [RunNews] {
    var news: [RunNews] = []
    for run in own {
      let place = run.started.run.place
      if run.lease.isLost {
        run.started.process.end()
        run.started.process.wait()
        share.beat.drop(run.lease)
        own.removeAll { $0.started.run.place == place }
        waiting.append(place)
        let key = starter.study.runs[place].key
        news.append(
          .warning("another process has taken over \(key): this one was silent for too long"))
        news.append(.waits(place))
        continue
      }
      run.started.process.poll()
      guard let ending = run.started.process.ending else { continue }
      own.removeAll { $0.started.run.place == place }
      ended[place] = run.lease
      news.append(.ended(place, .process(ending)))
    }
    return news
  }

  /// Looks what others make of a run that waits, and takes it if nobody does.
  private func look(at place: Int) throws -> [RunNews] {
    let key = starter.study.runs[place].key
    let seen = share.runs.sight(key)
    switch seen?.state {
    case .settled(let outcome) where outcome.hasPrefix(Self.failed):
      leave(place)
      return [.ended(place, .failedElsewhere(reason: String(outcome.dropFirst(Self.failed.count))))]
    case .settled:
      // The summary that another host wrote may show here later.
      guard try isFinished(place) else { return [] }
      leave(place)
      return [.ended(place, .elsewhere)]
    case .held:
      guard let seen, share.watch.isSilent("run \(key)", seen) else {
        return findElsewhere(place)
      }
    case .free, nil: break
    }
    let news: [RunNews] = elsewhere.remove(place) == nil ? [] : [.waits(place)]
    guard own.count < jobs else { return news }
    return try news + take(place, key, after: seen)
  }

  private func findElsewhere(_ place: Int) -> [RunNews] {
    elsewhere.insert(place).inserted ? [.isElsewhere(place)] : []
  }

  private func take(_ place: Int, _ key: String, after seen: LeaseSight?) throws -> [RunNews] {
    guard let lease = try share.runs.take(key, after: seen, as: share.name) else {
      return findElsewhere(place)
    }
    // Made by one that ended before it could say so.
    if try isFinished(place) {
      lease.settle(.settled(Self.finished))
      leave(place)
      return [.ended(place, .elsewhere)]
    }
    guard isIdle(place) else {
      lease.settle(.free)
      return []
    }
    share.beat.keep(lease)
    let started: RunStarter.Started
    do {
      started = try starter.start(place)
    } catch {
      share.beat.drop(lease)
      lease.settle(.free)
      throw error
    }
    own.append(Own(lease: lease, started: started))
    leave(place)
    return [.began(place, isResumed: started.isResumed)]
  }

  private func leave(_ place: Int) {
    waiting.removeAll { $0 == place }
    elsewhere.remove(place)
  }

  private func isFinished(_ place: Int) throws -> Bool {
    try starter.folder.finished(starter.study.runs[place]) != nil
  }

  /// Whether no process works on a run: one whose study was silent, but not gone, still has the run's lock.
  private func isIdle(_ place: Int) -> Bool {
    let folder = starter.folder.run(starter.study.runs[place].key)
    guard folder.exists else { return true }
    do throws(RunStoreError) {
      _ = try FileLock(folder.url)
      return true
    } catch {
      if case .inUse = error { return false }
      return true
    }
  }

  private static let finished = "finished"
  private static let failed = "failed: "
}
