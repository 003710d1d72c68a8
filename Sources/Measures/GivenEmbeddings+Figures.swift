import Geometry
import Records
import Torch

extension GivenEmbeddings {
  /// Every figure that can be known from what is given.
  ///
  /// - Parameter temperature: τ of the contrastive covariance's softmax.
  /// - Throws: `GeometryError` for rows that cannot be read, and `TorchError` likewise.
  public func figures(temperature: Double = 0.2) throws -> [LayerFigures] {
    let numbers = sample
    let n = numbers.count == count ? nil : numbers.count
    var figures: [LayerFigures] = []
    var clean: [Tensor] = []
    var views: [[Tensor]] = []
    for layer in layers {
      figures.append(try LayerFigures(layer: layer.name, rows: streamed(layer.embeddings)))
      clean.append(try rows(numbers, of: layer.embeddings))
      views.append(try self.views(of: layer, numbers))
    }
    for index in figures.indices {
      if let dimension = try whereMeasurable({ try IntrinsicDimension(of: clean[index]) }) {
        figures[index].add(dimension)
      }
      try addViews(views[index], clean: clean[index], to: &figures[index], n: n)
      if let labels {
        let share = try whereMeasurable {
          try betweenClassShare(of: clean[index], labels: numbers.map { labels[$0] })
        }
        if let share { figures[index].addBetweenClassShare(share, n: n) }
      }
    }
    guard clean.count == 2 else { return figures }
    if let similarity = try whereMeasurable({ try CenteredKernelAlignment(clean[0], clean[1]) }) {
      figures[0].add(similarity, with: layers[1].name, n: n)
      figures[1].add(similarity, with: layers[0].name, n: n)
    }
    let (h, z) = (pair(views[0], clean[0]), pair(views[1], clean[1]))
    if let h, let z {
      // Shuffled, as in training: rows of a file may come class by class.
      var random = CounterRandom(seed: 0x5AD1A1)
      let rows = random.permutation(of: numbers.count)
        .prefix(ContrastiveCovariance.recordedSampleCount)
      let chosen = Tensor(Array(rows))
      let covariance = try whereMeasurable {
        try ContrastiveCovariance(
          features: h.0.gathered(chosen), h.1.gathered(chosen),
          projections: z.0.gathered(chosen), z.1.gathered(chosen),
          weighting: .ntXent(temperature: temperature),
          batchSize: min(GivenEmbeddings.contrastedSamples, rows.count))
      }
      if let covariance { figures[0].add(covariance) }
    }
    return figures
  }

  /// What was not given, and would allow more figures.
  public enum Missing: Equatable, Sendable {
    /// Layer h.
    case embeddings
    /// Layer z.
    case projections
    /// Views, of these layers.
    case views(layers: [String])
    /// More than one view of each sample.
    case severalViews
    /// The rows' classes.
    case labels
    /// The model that made the embeddings.
    case model
  }

  /// What was not given; never empty, since files are no model.
  public var missing: [Missing] {
    let names = layers.map(\.name)
    let withoutViews = layers.filter { $0.views == nil }
    var missing: [Missing] = []
    if !names.contains("h") { missing.append(.embeddings) }
    if !names.contains("z") { missing.append(.projections) }
    if !withoutViews.isEmpty { missing.append(.views(layers: withoutViews.map(\.name))) }
    if layers.contains(where: { $0.views?.shape.count == 2 }) { missing.append(.severalViews) }
    if labels == nil { missing.append(.labels) }
    return missing + [.model]
  }

  /// The views of the sampled rows, N×D each.
  private func views(of layer: Layer, _ numbers: [Int]) throws -> [Tensor] {
    guard let file = layer.views else { return [] }
    let rows = try rows(numbers, of: file)
    return rows.rank == 2 ? [rows] : (0..<rows.size(1)).map { rows.select($0, along: 1) }
  }

  /// Two views of each sample; one given view goes with the embedding itself.
  private func pair(_ views: [Tensor], _ clean: Tensor) -> (Tensor, Tensor)? {
    guard let first = views.first else { return nil }
    return views.count == 1 ? (clean, first) : (first, views[1])
  }

  private func addViews(
    _ views: [Tensor], clean: Tensor, to figures: inout LayerFigures, n: Int?
  ) throws {
    guard let (first, second) = pair(views, clean) else {
      if let value = try whereMeasurable({ try uniformity(clean) }) {
        figures.addUniformity(value, n: n)
      }
      return
    }
    if let value = try whereMeasurable({ try uniformity(first) }) {
      figures.addUniformity(value, n: n, views: 1)
    }
    if let value = try whereMeasurable({ try invariance(first, second) }) {
      figures.addInvariance(value, key: "invariance", n: n)
    }
    if let value = try whereMeasurable({ try alignment(first, second) }) {
      figures.addAlignment(value, n: n)
    }
    guard views.count >= 2 else { return }
    if let value = try whereMeasurable({ try invariance(clean, first) }) {
      figures.addInvarianceOfClean(value, n: n)
    }
    if let value = try whereMeasurable({ try lidar(views: views) }) {
      figures.addLidar(value, views: views.count, n: n)
    }
    if let value = try whereMeasurable({ try orbitSpread(views: views) }) {
      figures.addOrbitSpread(value, views: views.count, n: n)
    }
  }
}
