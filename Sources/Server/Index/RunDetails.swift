import Foundation
import Records
import RunStore

/// Everything that is shown of one run, brought up to date as its files grow.
struct RunDetails: FollowedFiles {
  private var metricTail = LineTail<MetricRecord>()
  private var geometryTail = LineTail<GeometryRecord>()
  private(set) var metrics = ThinnedMetrics(most: 2_000)
  private(set) var geometry = ThinnedGeometry(most: 200)
  private(set) var summary: RunSummary?
  private var summaryStamp: FileStamp?
  private(set) var version = 0

  init() {}

  /// How many lines are no records.
  var damaged: Int { metricTail.damaged + geometryTail.damaged }

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
