/// `summary.json`: what a finished run is remembered by.
public struct RunSummary: Sendable, Equatable {
  /// The meaning of the file's keys; raised when a meaning changes, not when keys are added.
  public static let currentSchema = 1

  /// The schema the summary was written with.
  public var schema: Int
  /// The run's name.
  public var name: String
  /// The whole resolved configuration.
  public var config: JSONValue
  /// Passes over the data set done.
  public var epochs: Double
  /// Optimisation steps done.
  public var steps: Int
  /// The objective at the end, absent when it was not finite.
  public var finalLoss: Double?
  /// How long training took, in seconds.
  public var wallSeconds: Double?
  /// Augmented images per second over the whole of training.
  public var viewsPerSecond: Double?
  /// How the run was computed; absent in summaries from before it was noted.
  public var conventions: RunConventions?
  /// The figures of each layer, by its name.
  public var layers: [String: LayerFigures]

  /// A summary under the current schema.
  public init(
    name: String, config: JSONValue, epochs: Double, steps: Int, finalLoss: Double? = nil,
    wallSeconds: Double? = nil, viewsPerSecond: Double? = nil, conventions: RunConventions? = nil,
    layers: [LayerFigures] = []
  ) {
    self.schema = Self.currentSchema
    self.name = name
    self.config = config
    self.epochs = epochs
    self.steps = steps
    self.finalLoss = finalLoss
    self.wallSeconds = wallSeconds
    self.viewsPerSecond = viewsPerSecond
    self.conventions = conventions
    self.layers = Dictionary(
      layers.map { ($0.layer, $0) }, uniquingKeysWith: { _, later in later })
  }

  /// The layers from encoder to output, as `LayerFigures.canonicalOrder(of:)` has them.
  public var orderedLayers: [LayerFigures] {
    LayerFigures.canonicalOrder(of: layers.keys).compactMap { layers[$0] }
  }
}

extension RunSummary: Codable {
  private enum CodingKeys: String, CodingKey {
    case schema, name, config, epochs, steps, conventions, layers
    case finalLoss = "final_loss"
    case wallSeconds = "wall_seconds"
    case viewsPerSecond = "views_per_second"
  }

  /// Reads a summary; a layer is named by the key it stands under.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    schema = try container.decode(Int.self, forKey: .schema)
    name = try container.decode(String.self, forKey: .name)
    config = try container.decodeIfPresent(JSONValue.self, forKey: .config) ?? .null
    epochs = try container.decode(Double.self, forKey: .epochs)
    steps = try container.decodeCount(forKey: .steps)
    finalLoss = try container.decodeIfPresent(Double.self, forKey: .finalLoss)
    wallSeconds = try container.decodeIfPresent(Double.self, forKey: .wallSeconds)
    viewsPerSecond = try container.decodeIfPresent(Double.self, forKey: .viewsPerSecond)
    conventions = try container.decodeIfPresent(RunConventions.self, forKey: .conventions)
    layers =
      try container.decodeIfPresent([String: LayerFigures].self, forKey: .layers) ?? [:]
    for name in layers.keys { layers[name]?.layer = name }
  }

  /// Writes the summary without what is absent or not finite.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    func write(_ value: Double?, _ key: CodingKeys) throws {
      guard let value, value.isFinite else { return }
      try container.encode(value, forKey: key)
    }
    try container.encode(schema, forKey: .schema)
    try container.encode(name, forKey: .name)
    try container.encode(config, forKey: .config)
    try write(epochs, .epochs)
    try container.encode(steps, forKey: .steps)
    try write(finalLoss, .finalLoss)
    try write(wallSeconds, .wallSeconds)
    try write(viewsPerSecond, .viewsPerSecond)
    try container.encodeIfPresent(conventions, forKey: .conventions)
    try container.encode(layers, forKey: .layers)
  }
}
