import Records

/// A figure of a layer by its name, METRICS.md's key.
public struct FigureName: Hashable, Sendable, Codable, Comparable {
  /// `h`, `head.1`, …, `z`.
  public var layer: String
  /// `effective_rank`, `linear_top1`, …; invariance at strength 0.5 is `invariance_at.0.5`.
  public var key: String

  /// The figure `key` of `layer`.
  public init(layer: String, key: String) {
    self.layer = layer
    self.key = key
  }

  /// By key, and then by layer.
  public static func < (left: FigureName, right: FigureName) -> Bool {
    (left.key, left.layer) < (right.key, right.layer)
  }
}

/// A run as the store lists it.
public struct StoredRun: Identifiable, Sendable, Equatable {
  /// The run's number in this store; not the same after a rebuild.
  public var id: Int64
  /// The name of its study.
  public var study: String?
  /// Its name within the study.
  public var key: String
  /// Whether it is done.
  public var status: StudyRecord.Run.Status
  /// Why it failed.
  public var failure: String?
  /// Its own name; absent when it was never read from a folder.
  public var name: String?
  /// Whether its summary was read, so that its figures are final.
  public var hasSummary: Bool
  /// Optimisation steps done.
  public var steps: Int?
  /// Passes over the data set done.
  public var epochs: Double?
  /// The objective at the end.
  public var finalLoss: Double?
  /// How long training took, in seconds.
  public var wallSeconds: Double?
  /// Augmented images a second.
  public var viewsPerSecond: Double?
  /// Its value on each axis of the study, by the axis' key.
  public var settings: [String: JSONValue] = [:]
  /// The configuration's values that were asked for.
  public var configuration: [String: JSONValue] = [:]
  /// The final figures that were asked for, as far as they were measured.
  public var figures: [FigureName: Double] = [:]
}

/// A figure at a measured step.
public struct FigurePoint: Sendable, Equatable {
  /// Optimisation steps done.
  public var step: Int
  /// Passes over the data set done.
  public var epoch: Double
  /// The figure.
  public var value: Double

  /// A figure at a step.
  public init(step: Int, epoch: Double, value: Double) {
    self.step = step
    self.epoch = epoch
    self.value = value
  }
}
