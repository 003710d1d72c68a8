import Augmentations
import Geometry
import Records

/// How far embeddings depend on the augmentation: under the whole policy and under each of its parts alone,
/// at the run's own strength and at the fixed ones.
struct InvarianceToPolicy: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = [.secondView]

  var figures: [FigureDescriptor] {
    let parts = Policy.partNames
    let strengths = MeasuredModel.fixedStrengths.map { "\($0)" }
    return [
      FigureDescriptor(
        key: "invariance", name: "Invariance", group: .invariance, prominence: .announced,
        standsAlone: true, members: [.names(parts)],
        meaning: "squared distance of two views of a sample over that of two samples: 0 is "
          + "invariant, 1 is not at all; with a generator's name, of views under it alone"),
      FigureDescriptor(
        key: "invariance_clean", name: "Invariance, clean to view", group: .invariance,
        meaning: "the same between the clean image and one view"),
      FigureDescriptor(
        key: "invariance_at", name: "Invariance at strength", group: .invariance,
        standsAlone: false,
        members: [
          .names(strengths, prominence: .headline),
          .names(
            strengths.flatMap { strength in parts.map { "\(strength).\($0)" } }, prominence: .chart),
        ], separator: " ",
        meaning: "the same under augmentations of a fixed strength, whatever the run's own"),
    ]
  }

  /// The whole policy always, fixed strengths and parts alone at the end.
  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    let embeddings = try subject.embeddings()
    let views = try subject.views()
    for (index, pair) in try subject.pairs().enumerated() {
      guard let pair else { continue }
      var convention = convention(
        subject.count(embeddings[index].size(0), beside: figures[index]))
      if let value = try whereMeasurable({ try invariance(pair.first, pair.second) }) {
        figures[index].record(value, as: "invariance", convention)
      }
      guard views[index].count >= 2 else { continue }
      convention.views = 1
      if let value = try whereMeasurable({ try invariance(embeddings[index], pair.first) }) {
        figures[index].record(value, as: "invariance_clean", convention)
      }
    }
    guard let model = subject.model, subject.extent.includes(.atEnd) else { return }
    try addFixedStrengths(of: model, to: &figures)
    try addParts(of: model, to: &figures)
  }

  private func addFixedStrengths(
    of model: ModelSubject, to figures: inout [LayerFigures]
  ) throws {
    let samples = model.sample(model.sizes.fixedStrengthSamples)
    for strength in MeasuredModel.fixedStrengths {
      let fixed = try model.measured.policyChoice.policies(strength: Float(strength))
      let views =
        fixed == model.measured.policy
        ? try model.views() : model.network.viewEmbeddings(of: samples, under: fixed)
      for (index, layer) in views.enumerated() {
        figures[index].invarianceAt["\(strength)"] = try invariance(layer[0], layer[1])
        figures[index].conventions["invariance_at"] = convention(nil)
      }
    }
  }

  /// Adds `invariance.PART` and `invariance_at.STRENGTH.PART` for each part that the policy has.
  private func addParts(of model: ModelSubject, to figures: inout [LayerFigures]) throws {
    let samples = model.sample(model.sizes.partSamples)
    let side = model.measured.splits.heldOut.height
    let fixed = try MeasuredModel.fixedStrengths.map { strength in
      let policy = try model.measured.policyChoice.policies(strength: Float(strength))
      return (key: "invariance_at.\(strength)", policy: policy)
    }
    var measured: [(policy: PolicyPair, invariances: [Double])] = []
    for (key, whole) in [(key: "invariance", policy: model.measured.policy)] + fixed {
      for part in whole.parts(side: side) {
        let alone = whole.restricted(to: part)
        // The run's own strength is often one of the fixed ones.
        let values =
          try measured.first { $0.policy == alone }?.invariances
          ?? model.network.viewEmbeddings(of: samples, under: alone)
          .map { try invariance($0[0], $0[1]) }
        measured.append((alone, values))
        for (index, value) in values.enumerated() {
          figures[index].record(value, as: "\(key).\(part)", convention(samples.count))
        }
      }
    }
  }

  private func convention(_ n: Int?) -> Convention {
    Convention(centered: false, rowNormalized: false, n: n, views: 2)
  }
}
