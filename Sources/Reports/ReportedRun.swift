import Foundation
import Records
import RunStore

/// One run with everything the report shows of it.
struct ReportedRun {
  /// The run's own name, told apart from others of that name.
  var name: String
  /// The figures at the end; while the run is not finished, those of its latest records.
  let summary: RunSummary
  let isFinished: Bool
  let metrics: [MetricRecord]
  let geometry: [GeometryRecord]
  /// The resolved configuration, as text for people.
  let configuration: String?
  let contactSheet: EmbeddedImage?

  /// Reads the run in `folder`.
  init(of folder: RunFolder) throws {
    guard folder.exists else { throw RunStoreError.notARun(path: folder.url.path) }
    metrics = try folder.readMetrics()
    geometry = try folder.readGeometry()
    let written = try folder.readSummary()
    guard written != nil || !metrics.isEmpty || !geometry.isEmpty else {
      throw ReportError.nothingRecorded(path: folder.url.path)
    }
    isFinished = written != nil
    var summary = written ?? Self.summary(of: metrics, named: folder.name)
    if summary.layers.isEmpty { summary.layers = Self.latestLayers(in: geometry) }
    self.summary = summary
    name = summary.name
    configuration = try Self.configuration(of: folder, summary)
    contactSheet = try EmbeddedImage(of: folder)
  }

  /// A run of which these records are known.
  init(name: String, metrics: [MetricRecord], geometry: [GeometryRecord], summary: RunSummary?) {
    self.name = name
    self.metrics = metrics
    self.geometry = geometry
    isFinished = summary != nil
    var known = summary ?? Self.summary(of: metrics, named: name)
    if known.layers.isEmpty { known.layers = Self.latestLayers(in: geometry) }
    self.summary = known
    configuration = nil
    contactSheet = nil
  }

  /// The augmentation strength the run was trained at.
  var strength: Double? {
    let config = summary.config
    return (config["strength"] ?? config["policy"]?["strength"])?.doubleValue
  }

  /// What was measured at `layer` at the end.
  func figures(_ layer: String) -> LayerFigures? { summary.layers[layer] }

  private static func summary(of metrics: [MetricRecord], named name: String) -> RunSummary {
    RunSummary(
      name: name, config: .null, epochs: metrics.last?.epoch ?? 0, steps: metrics.last?.step ?? 0,
      finalLoss: metrics.last?.loss, viewsPerSecond: metrics.last?.viewsPerSecond)
  }

  private static func latestLayers(in geometry: [GeometryRecord]) -> [String: LayerFigures] {
    let measurements = Dictionary(grouping: geometry, by: \.step).mapValues { records in
      Dictionary(
        records.map { ($0.figures.layer, $0.figures) }, uniquingKeysWith: { _, later in later })
    }
    // A run may have been stopped in the middle of the last measurement.
    return measurements.max { ($0.value.count, $0.key) < ($1.value.count, $1.key) }?.value ?? [:]
  }

  private static func configuration(
    of folder: RunFolder, _ summary: RunSummary
  ) throws -> String? {
    if let yaml = try AtomicFile.readIfPresent(folder.config) {
      return String(decoding: yaml, as: UTF8.self)
    }
    guard summary.config != .null, summary.config != [:] else { return nil }
    return String(decoding: try RunJSON.document(summary.config), as: UTF8.self)
  }
}
