import Augmentations
import Contrastive
import Geometry
import Records

/// How far embeddings depend on the augmentation: under the whole policy and under each of its parts alone,
/// at the run's own strength and at the fixed ones.
extension ModelMeasurement {
  /// Adds `invariance`, its kin and `invariance_at`; gives back the views under the run's own policy.
  func addInvariance(
    to figures: inout [LayerFigures], _ clean: [ProjectionHead.Layer], _ sizes: MeasurementSizes,
    atFixedStrengths: Bool
  ) throws -> [LayerViews] {
    let samples = sample(sizes.samples)
    let own = viewEmbeddings(of: samples, under: policy)
    for (index, layer) in own.enumerated() {
      figures[index].add(
        try ViewStatistics(
          clean: clean[index].embedding, first: layer.first, second: layer.second))
    }
    guard atFixedStrengths else { return own }
    for strength in ModelMeasurement.fixedStrengths {
      let fixed = try policyChoice.policies(strength: Float(strength))
      let views = fixed == policy ? own : viewEmbeddings(of: samples, under: fixed)
      for (index, layer) in views.enumerated() {
        figures[index].invarianceAt["\(strength)"] = try invariance(layer.first, layer.second)
      }
    }
    return own
  }

  /// Adds `invariance.PART` and `invariance_at.STRENGTH.PART` for each part that the policy has.
  func addPartInvariance(to figures: inout [LayerFigures], _ sizes: MeasurementSizes) throws {
    let samples = sample(sizes.partSamples)
    let side = splits.heldOut.height
    let fixed = try ModelMeasurement.fixedStrengths.map { strength in
      let policy = try policyChoice.policies(strength: Float(strength))
      return (key: "invariance_at.\(strength)", policy: policy)
    }
    var measured: [(policy: PolicyPair, invariances: [Double])] = []
    for (key, whole) in [(key: "invariance", policy: policy)] + fixed {
      for part in whole.parts(side: side) {
        let alone = whole.restricted(to: part)
        // The run's own strength is often one of the fixed ones.
        let values =
          try measured.first { $0.policy == alone }?.invariances
          ?? viewEmbeddings(of: samples, under: alone).map { try invariance($0.first, $0.second) }
        measured.append((alone, values))
        for (index, value) in values.enumerated() {
          figures[index].addInvariance(value, key: "\(key).\(part.name)", n: samples.count)
        }
      }
    }
  }
}
