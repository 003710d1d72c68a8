import Augmentations
import Datasets
import Geometry
import Records
import Torch

/// How fast embeddings move along what can be done to an image, and what the head makes of these directions.
struct TangentsAlongTransformations: Measure {
  let occasion = Occasion.atEnd
  let needs: Set<Need> = [.model]

  var figures: [FigureDescriptor] {
    let generators = [FigureMembers.names(Generator.allCases.map(\.rawValue))]
    let factors = [FigureMembers.names(SpriteFactor.allCases.map(\.rawValue))]
    return [
      FigureDescriptor(
        key: "tangent_norm", name: "Tangent norm", group: .tangent, standsAlone: false,
        members: generators, meaning: "how fast the embedding moves along a transformation"),
      FigureDescriptor(
        key: "tangent_norm.factor", name: "Tangent norm of factor", group: .tangent,
        standsAlone: false, members: factors,
        meaning: "how fast the embedding moves along a factor of the data"),
      FigureDescriptor(
        key: "tangent_gain", name: "Tangent gain", group: .tangent, place: .head,
        standsAlone: false, members: generators,
        meaning: "how the head stretches a transformation's tangent against a random direction"),
      FigureDescriptor(
        key: "tangent_gain.factor", name: "Tangent gain of factor", group: .tangent, place: .head,
        standsAlone: false, members: factors,
        meaning: "how the head stretches a factor's tangent against a random direction"),
    ]
  }

  /// The whole, which makes the tangents along factors that planes are compared with.
  func pieces(of subject: any Subject) -> [MeasurePiece] {
    [MeasurePiece(.first) { try measure(subject, into: &$0) }]
  }

  /// Along every generator, whatever the policy, and along every factor of the images where these are sprites.
  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    guard let model = subject.model else { return }
    let network = model.network
    let images = network.cleanImages(of: model.sample(model.sizes.tangentSamples))
    guard images.size(0) > 0 else { return }
    let border = model.measured.policy.first.border
    let generators = Generator.allCases
    let tangents = network.tangents(at: images) { rows in
      generators.map { $0.tangents(of: images[rows], border: border) }
    }
    let h = try subject.embeddings()[subject.placeOfH][0..<images.size(0)]
    let byChance = try stretchByChance(at: h, in: model, below: figures.count)
    for (generator, along) in zip(generators, tangents) {
      try add(along, generator.rawValue, byChance, to: &figures)
    }
    for along in model.factorTangents() {
      try add(along.tangents, "factor.\(along.factor.rawValue)", byChance, to: &figures)
    }
  }

  /// How much the head stretches random directions at h on the way to each of the layers after it, by the layer's place.
  private func stretchByChance(
    at h: Tensor, in model: ModelSubject, below end: Int
  ) throws -> [Int: Double] {
    let place = model.placeOfH
    guard place + 1 < end else { return [:] }
    return try Dictionary(
      uniqueKeysWithValues: (place + 1..<end).map { index in
        let stretch = try meanRandomStretch(at: h) {
          model.network.headTrace(at: $0)[index - place].embedding
        }
        return (index, stretch)
      })
  }

  private func add(
    _ tangents: LayerTangents, _ name: String, _ byChance: [Int: Double],
    to figures: inout [LayerFigures]
  ) throws {
    let place = figures.firstIndex { $0.layer == "h" } ?? 0
    for (index, own) in tangents.layers.enumerated() {
      guard let norm = try whereMeasurable({ try tangentNorm(own) }) else { continue }
      let convention = Convention(centered: false, rowNormalized: false, n: own.size(0))
      figures[index].record(norm, as: "tangent_norm.\(name)", convention)
      guard let chance = byChance[index], chance > 0 else { continue }
      let stretch = try whereMeasurable { try meanStretch(of: tangents.layers[place], to: own) }
      guard let stretch else { continue }
      figures[index].record(stretch / chance, as: "tangent_gain.\(name)", convention)
    }
  }
}
