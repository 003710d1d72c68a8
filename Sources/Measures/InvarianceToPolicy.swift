import Augmentations
import Geometry
import Records

/// How far embeddings depend on the augmentation: under the whole policy and under each of its parts alone,
/// at the run's own strength and at the fixed ones.
struct InvarianceToPolicy: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = [.secondView]
  let figuresOfModels: Set<String> = ["invariance_at"]

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
    for piece in try pieces(of: subject) { try piece.take(&figures) }
  }

  /// The whole policy, each fixed strength, and each part of these alone.
  func pieces(of subject: any Subject) throws -> [MeasurePiece] {
    let whole = MeasurePiece(.first) {
      try addWhole(of: subject, to: &$0)
    }
    guard let model = subject.model, subject.extent.includes(.atEnd) else { return [whole] }
    return try [whole] + fixedStrengths(of: model) + parts(of: model)
  }

  private func addWhole(of subject: any Subject, to figures: inout [LayerFigures]) throws {
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
  }

  private func fixedStrengths(of model: ModelSubject) throws -> [MeasurePiece] {
    try fixedPolicies(of: model).map { strength, fixed in
      MeasurePiece(.long) { figures in
        let samples = model.sample(model.sizes.fixedStrengthSamples)
        let views =
          fixed == model.measured.policy
          ? try model.views() : model.network.viewEmbeddings(of: samples, under: fixed)
        for (index, layer) in views.enumerated() {
          figures[index].invarianceAt["\(strength)"] = try invariance(layer[0], layer[1])
          figures[index].conventions["invariance_at"] = convention(nil)
        }
      }
    }
  }

  private func fixedPolicies(
    of model: ModelSubject
  ) throws -> [(strength: Double, policy: PolicyPair)] {
    try MeasuredModel.fixedStrengths.map { strength in
      (strength, try model.measured.policyChoice.policies(strength: Float(strength)))
    }
  }

  /// `invariance.PART` and `invariance_at.STRENGTH.PART` for each part that the policy has.
  private func parts(of model: ModelSubject) throws -> [MeasurePiece] {
    let samples = model.sample(model.sizes.partSamples)
    let side = model.measured.splits.heldOut.height
    let fixed = try fixedPolicies(of: model).map { strength, policy in
      (key: "invariance_at.\(strength)", policy: policy)
    }
    // The run's own strength is often one of the fixed ones, and some parts are the same at each.
    var alike: [(policy: PolicyPair, keys: [String])] = []
    for (key, whole) in [(key: "invariance", policy: model.measured.policy)] + fixed {
      for part in whole.parts(side: side) {
        let (alone, key) = (whole.restricted(to: part), "\(key).\(part)")
        if let index = alike.firstIndex(where: { $0.policy == alone }) {
          alike[index].keys.append(key)
        } else {
          alike.append((alone, [key]))
        }
      }
    }
    return alike.map { policy, keys in
      MeasurePiece(.long) { figures in
        let views = model.network.viewEmbeddings(of: samples, under: policy)
        for (index, layer) in views.enumerated() {
          let value = try invariance(layer[0], layer[1])
          for key in keys { figures[index].record(value, as: key, convention(samples.count)) }
        }
      }
    }
  }

  private func convention(_ n: Int?) -> Convention {
    Convention(centered: false, rowNormalized: false, n: n, views: 2)
  }
}
