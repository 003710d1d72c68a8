import Foundation
import Records
import RunStore
import Synchronization

/// Everything that is shown of one run, brought up to date as its files grow.
struct RunDetails: Sendable {
  private var metricTail = LineTail<MetricRecord>()
  private var geometryTail = LineTail<GeometryRecord>()
  private(set) var metrics = ThinnedMetrics(most: 2_000)
  private(set) var geometry = ThinnedGeometry(most: 200)
  private(set) var summary: RunSummary?
  private var summaryStamp: FileStamp?
  /// Grows with every change.
  private(set) var version = 0

  /// How many lines are no records.
  var damaged: Int { metricTail.damaged + geometryTail.damaged }

  /// Reads what is new in the folder. What cannot be read counts as absent: the entry says why.
  mutating func look(_ path: String) {
    let folder = RunFolder(path: path)
    var (metrics, geometry) = (metrics, geometry)
    let first = try? metricTail.read(folder.metrics.path) {
      metrics = ThinnedMetrics(most: 2_000)
    } each: {
      metrics.add($0)
    }
    let second = try? geometryTail.read(folder.geometry.path) {
      geometry = ThinnedGeometry(most: 200)
    } each: {
      geometry.add($0)
    }
    (self.metrics, self.geometry) = (metrics, geometry)
    let stamp = FileStamp(folder.summary.path)
    var isChanged = stamp != summaryStamp
    if isChanged {
      summaryStamp = stamp
      let isReadable = stamp.map { !$0.isFolder && $0.size <= 64 << 20 } ?? false
      summary = isReadable ? (try? folder.readSummary()) ?? nil : nil
    }
    isChanged = isChanged || (first ?? .same) != .same || (second ?? .same) != .same
    if isChanged { version += 1 }
  }
}

/// The details of the runs that were looked at last.
final class DetailCache: Sendable {
  private struct State {
    var details: [String: RunDetails] = [:]
    /// The identifiers, the latest last.
    var order: [String] = []
  }

  private let state = Mutex(State())
  private let most: Int

  /// Keeps the details of at most `most` runs.
  init(most: Int = 8) { self.most = most }

  /// The details of a run as they are now.
  func details(_ run: RunEntry) -> RunDetails {
    var details = state.withLock { state in
      state.order.removeAll { $0 == run.identifier }
      state.order.append(run.identifier)
      while state.order.count > most { state.details[state.order.removeFirst()] = nil }
      return state.details[run.identifier] ?? RunDetails()
    }
    // Outside of the lock: a large file must not hold up the pages of other runs.
    details.look(run.place.path)
    state.withLock { state in
      guard state.order.contains(run.identifier) else { return }
      let known = state.details[run.identifier]?.version ?? 0
      if details.version >= known { state.details[run.identifier] = details }
    }
    return details
  }
}
