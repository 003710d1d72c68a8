import Foundation
import Records
import RunStore

/// Everything of one run that the store holds, in one order: what its folder says.
///
/// Of two lines for the same step, or step and layer, the later counts; the summary's figures count
/// over both. A number that is not finite was not measured.
public struct RunContent: Sendable, Equatable {
  /// The run's name.
  public var name: String
  /// The whole resolved configuration; null where the folder has none.
  public var configuration: JSONValue
  /// Whether there is a summary.
  public var isFinished: Bool
  /// Optimisation steps done.
  public var steps: Int
  /// Passes over the data set done.
  public var epochs: Double
  /// The objective at the end.
  public var finalLoss: Double?
  /// How long training took, in seconds.
  public var wallSeconds: Double?
  /// Augmented images a second.
  public var viewsPerSecond: Double?
  /// The logged steps, in order.
  public var metrics: [MetricRecord]
  /// What was measured, by step and from encoder to output.
  public var layers: [GeometryRecord]

  /// A run as its files tell it: with its summary when it is finished, else as far as it got.
  public init(
    name: String, configuration: JSONValue, summary: RunSummary?, metrics: [MetricRecord],
    geometry: [GeometryRecord]
  ) {
    self.name = summary?.name ?? name
    let configuration = summary.map(\.config) ?? configuration
    self.configuration = configuration == .object([:]) ? .null : configuration
    isFinished = summary != nil
    let metrics = Self.ordered(metrics)
    steps = summary?.steps ?? metrics.last?.step ?? 0
    epochs = summary?.epochs ?? metrics.last?.epoch ?? 0
    finalLoss = summary.map(\.finalLoss) ?? metrics.last?.loss
    wallSeconds = summary?.wallSeconds
    viewsPerSecond = summary.map(\.viewsPerSecond) ?? metrics.last?.viewsPerSecond
    self.metrics = metrics
    let final = summary.map { summary in
      summary.orderedLayers.map {
        GeometryRecord(step: summary.steps, epoch: summary.epochs, figures: $0)
      }
    }
    layers = Self.ordered(geometry + (final ?? []))
  }

  /// Reads the run in `folder`.
  ///
  /// - Throws: `RunStoreError.notARun` without a folder, and what its files' damage is.
  public init(reading folder: RunFolder) throws(RunStoreError) {
    guard folder.exists else { throw .notARun(path: folder.url.path) }
    self.init(
      name: folder.name, configuration: try folder.readConfiguration(),
      summary: try folder.readSummary(), metrics: try folder.readMetrics(),
      geometry: try folder.readGeometry())
  }

  private static func ordered(_ metrics: [MetricRecord]) -> [MetricRecord] {
    let latest = Dictionary(metrics.map { ($0.step, $0) }, uniquingKeysWith: { $1 })
    return latest.values.sorted { $0.step < $1.step }.map(\.finite)
  }

  private static func ordered(_ geometry: [GeometryRecord]) -> [GeometryRecord] {
    let steps = Dictionary(grouping: geometry, by: \.step)
    return steps.keys.sorted().flatMap { step in
      let latest = Dictionary(
        (steps[step] ?? []).map { ($0.figures.layer, $0) }, uniquingKeysWith: { $1 })
      return LayerFigures.canonicalOrder(of: latest.keys).compactMap { latest[$0]?.finite }
    }
  }
}

extension MetricRecord {
  /// Without what is not finite.
  fileprivate var finite: MetricRecord {
    MetricRecord(
      step: step, epoch: epoch.isFinite ? epoch : 0, loss: loss?.ifFinite,
      learningRate: learningRate?.ifFinite, viewsPerSecond: viewsPerSecond?.ifFinite,
      contrastiveTop1: contrastiveTop1?.ifFinite, meanPositiveCosine: meanPositiveCosine?.ifFinite,
      meanNegativeCosine: meanNegativeCosine?.ifFinite, softmaxEntropy: softmaxEntropy?.ifFinite,
      extra: extra.filter(\.value.isFinite))
  }
}

extension GeometryRecord {
  fileprivate var finite: GeometryRecord {
    var figures = figures
    figures.values = figures.values.filter(\.value.isFinite)
    figures.invarianceAt = figures.invarianceAt.filter(\.value.isFinite)
    figures.spectrum = figures.spectrum.filter(\.isFinite)
    return GeometryRecord(step: step, epoch: epoch, figures: figures)
  }
}

extension Double {
  fileprivate var ifFinite: Double? { isFinite ? self : nil }
}
