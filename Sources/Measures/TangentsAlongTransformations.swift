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

  /// Along every generator, whatever the policy, and along every factor of the images where these are sprites.
  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    guard let model = subject.model else { return }
    let network = model.network
    let images = network.cleanImages(of: model.sample(model.sizes.tangentSamples))
    let h = model.measured.encoder(images)
    for generator in Generator.allCases {
      let directions = generator.tangents(of: images, border: model.measured.policy.first.border)
      let tangents = LayerTangents(at: images, along: directions, through: network)
      try add(tangents, generator.rawValue, h, of: model, to: &figures)
    }
    for along in model.factorTangents() {
      try add(along.tangents, "factor.\(along.factor.rawValue)", h, of: model, to: &figures)
    }
  }

  private func add(
    _ tangents: LayerTangents, _ name: String, _ h: Tensor, of model: ModelSubject,
    to figures: inout [LayerFigures]
  ) throws {
    let place = model.placeOfH
    let convention = Convention(centered: false, rowNormalized: false, n: h.size(0))
    for (index, own) in tangents.layers.enumerated() {
      guard let norm = try whereMeasurable({ try tangentNorm(own) }) else { continue }
      figures[index].record(norm, as: "tangent_norm.\(name)", convention)
      guard index > place else { continue }
      let gain = try whereMeasurable {
        try tangentGain(at: h, along: tangents.layers[place]) {
          model.network.headTrace(at: $0)[index - place].embedding
        }
      }
      if let gain { figures[index].record(gain, as: "tangent_gain.\(name)", convention) }
    }
  }
}
