import Geometry
import Records
import Torch

extension GivenEmbeddings {
  /// Every figure that can be known from what is given.
  ///
  /// - Parameter temperature: τ of the contrastive covariance's softmax.
  /// - Throws: `GeometryError` for rows that cannot be read.
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
      if let dimension = whereMeasurable({ try IntrinsicDimension(of: clean[index]) }) {
        figures[index].add(dimension)
      }
      addViews(views[index], clean: clean[index], to: &figures[index], n: n)
      if let labels {
        let share = whereMeasurable {
          try betweenClassShare(of: clean[index], labels: numbers.map { labels[$0] })
        }
        if let share { figures[index].addBetweenClassShare(share, n: n) }
      }
    }
    guard clean.count == 2 else { return figures }
    if let similarity = whereMeasurable({ try CenteredKernelAlignment(clean[0], clean[1]) }) {
      figures[0].add(similarity, with: layers[1].name, n: n)
      figures[1].add(similarity, with: layers[0].name, n: n)
    }
    let (h, z) = (pair(views[0], clean[0]), pair(views[1], clean[1]))
    if let h, let z {
      let covariance = whereMeasurable {
        try ContrastiveCovariance(
          features: h.0, h.1, projections: z.0, z.1,
          weighting: .ntXent(temperature: temperature),
          batchSize: min(GivenEmbeddings.contrastedSamples, numbers.count))
      }
      if let covariance { figures[0].add(covariance, n: n) }
    }
    return figures
  }

  /// What was not given, and the figures that need it.
  public var missing: [String] {
    let names = layers.map(\.name)
    let viewed = layers.filter { $0.views != nil }
    var missing: [String] = []
    if !names.contains("h") { missing.append("--embeddings: layer h") }
    if !names.contains("z") {
      missing.append("--projections: layer z, and the similarity of the two")
    }
    if viewed.count < layers.count {
      let flags = layers.filter { $0.views == nil }
        .map { $0.name == "h" ? "--views" : "--projection-views" }
      missing.append("\(flags.joined(separator: " and ")): invariance, alignment, predicted rank")
    }
    if viewed.contains(where: { $0.views?.shape.count == 2 }) {
      missing.append("views of shape N×q×D: LiDAR, orbit spread, invariance between clean and view")
    }
    if labels == nil {
      missing.append("--labels: the share of variance between classes; see also gnomon probe")
    }
    missing.append(
      "the model itself (a run folder): tangents, gains, planes, null-space energy, each augmentation alone"
    )
    return missing
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
  ) {
    guard let (first, second) = pair(views, clean) else {
      if let value = whereMeasurable({ try uniformity(clean) }) {
        figures.addUniformity(value, n: n)
      }
      return
    }
    if let value = whereMeasurable({ try uniformity(first) }) { figures.addUniformity(value, n: n) }
    if let value = whereMeasurable({ try invariance(first, second) }) {
      figures.addInvariance(value, key: "invariance", n: n)
    }
    if let value = whereMeasurable({ try alignment(first, second) }) {
      figures.addAlignment(value, n: n)
    }
    guard views.count >= 2 else { return }
    if let value = whereMeasurable({ try invariance(clean, first) }) {
      figures.addInvariance(value, key: "invariance_clean", n: n)
    }
    if let value = whereMeasurable({ try lidar(views: views) }) {
      figures.addLidar(value, views: views.count, n: n)
    }
    if let value = whereMeasurable({ try orbitSpread(views: views) }) {
      figures.addOrbitSpread(value, views: views.count, n: n)
    }
  }
}
