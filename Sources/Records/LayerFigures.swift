/// What was measured on the embeddings of one layer: METRICS.md's figures under its keys.
///
/// Its JSON is flat: `layer`, `n`, `dimension`, one member a scalar figure, then `invariance_at`,
/// `spectrum`, `conventions` and `controls`. A figure that was not measured is absent. A figure that is not
/// finite was not measured: it is dropped on writing.
public struct LayerFigures: Sendable, Equatable {
  /// `stage1`, `block1`, …, `h`, `head.1`, `head.2`, …, `z`.
  public var layer: String
  /// The number of embeddings.
  public var n: Int
  /// The number of coordinates of an embedding.
  public var dimension: Int
  /// The scalar figures: `effective_rank`, `knn_top1`, `tangent_norm.rotation`, ….
  public var values: [String: Double]
  /// Invariance at fixed strengths, by the strength as text: `"0.25"`, `"0.5"`, `"1.0"`.
  public var invarianceAt: [String: Double]
  /// log10 of the sorted singular values of the row-normalised, centred embeddings. Those of
  /// exactly 0 have no logarithm and come last: they are dropped on writing.
  public var spectrum: [Double]
  /// How a figure was computed, by its key in `values` or by `invariance_at` or `spectrum`.
  public var conventions: [String: Convention]
  /// What the scalar figures are under each control, by the figure's whole key.
  public var controls: [Control: [String: Double]]

  /// Gathers what was measured at one layer.
  public init(
    layer: String, n: Int, dimension: Int, values: [String: Double] = [:],
    invarianceAt: [String: Double] = [:], spectrum: [Double] = [],
    conventions: [String: Convention] = [:], controls: [Control: [String: Double]] = [:]
  ) {
    self.layer = layer
    self.n = n
    self.dimension = dimension
    self.values = values
    self.invarianceAt = invarianceAt
    self.spectrum = spectrum
    self.conventions = conventions
    self.controls = controls
  }

  /// The figure under METRICS.md's `key`, or `nil` when it was not measured.
  public subscript(key: String) -> Double? {
    get { values[key] }
    set { values[key] = newValue }
  }

  /// `names` from encoder to output: `stage1`, … or `block1`, …, `h`, `head.1`, `head.2`, …,
  /// `head.10`, …, `z`, then any others by name. Repeated names stay repeated.
  public static func canonicalOrder(of names: some Sequence<String>) -> [String] {
    names.sorted { placement(of: $0) < placement(of: $1) }
  }

  private static func placement(of name: String) -> (Int, Int, String) {
    if let index = FigureKey.trunkIndex(of: name) { return (0, index, name) }
    if name == "h" { return (1, 0, name) }
    if name == "z" { return (3, 0, name) }
    if name.hasPrefix("head."), let index = Int(name.dropFirst("head.".count)) {
      return (2, index, name)
    }
    return (4, 0, name)
  }
}

extension LayerFigures: Codable {
  /// Member names that no scalar figure can have; `step` and `epoch` stand beside the figures in
  /// a `GeometryRecord`.
  static let reservedKeys: Set<String> = [
    "layer", "n", "dimension", "invariance_at", "spectrum", "conventions", "controls", "step",
    "epoch",
  ]

  /// Reads the flat form. Without a `layer` member the name is the key the object stands under.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    layer =
      try container.decodeIfPresent(String.self, forKey: AnyKey("layer"))
      ?? decoder.codingPath.last?.stringValue ?? ""
    n = try container.decodeCount(forKey: AnyKey("n"))
    dimension = try container.decodeCount(forKey: AnyKey("dimension"))
    values = container.numbers(besides: Self.reservedKeys)
    invarianceAt =
      try container.decodeIfPresent([String: Double].self, forKey: AnyKey("invariance_at")) ?? [:]
    spectrum = try container.decodeIfPresent([Double].self, forKey: AnyKey("spectrum")) ?? []
    conventions =
      try container.decodeIfPresent([String: Convention].self, forKey: AnyKey("conventions"))
      ?? [:]
    // A control of a later version is left out.
    let written = try container.decodeIfPresent(
      [String: [String: Double]].self, forKey: AnyKey("controls"))
    controls = [:]
    for (name, figures) in written ?? [:] {
      if let control = Control(rawValue: name) { controls[control] = figures }
    }
  }

  /// Writes the flat form without what is absent or not finite.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyKey.self)
    try container.encode(layer, forKey: AnyKey("layer"))
    try container.encode(n, forKey: AnyKey("n"))
    try container.encode(dimension, forKey: AnyKey("dimension"))
    try container.encode(values, besides: Self.reservedKeys)
    let finiteInvariance = invarianceAt.filter(\.value.isFinite)
    if !finiteInvariance.isEmpty {
      try container.encode(finiteInvariance, forKey: AnyKey("invariance_at"))
    }
    let finiteSpectrum = spectrum.filter(\.isFinite)
    if !finiteSpectrum.isEmpty {
      try container.encode(finiteSpectrum, forKey: AnyKey("spectrum"))
    }
    if !conventions.isEmpty {
      try container.encode(conventions, forKey: AnyKey("conventions"))
    }
    let finiteControls = controls.mapValues { $0.filter(\.value.isFinite) }
      .filter { !$0.value.isEmpty }
    if !finiteControls.isEmpty {
      let named = Dictionary(
        finiteControls.map { ($0.rawValue, $1) }, uniquingKeysWith: { first, _ in first })
      try container.encode(named, forKey: AnyKey("controls"))
    }
  }
}
