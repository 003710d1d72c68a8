import Foundation

/// Made-up figures of generators, planes, layers and information, under the keys that real ones
/// have; no number is a measurement.
enum SampleGeometry {
  static let generators = [
    "translation_x", "translation_y", "rotation", "log_scale", "log_aspect", "brightness",
    "contrast", "saturation", "hue",
  ]
  static let ranks = [1, 2, 3, 5, 8, 13, 21]
  static let layers: [(name: String, depth: Double)] = [
    ("h", 0), ("head.1", 0.4), ("head.2", 0.7), ("z", 1),
  ]
  private static let factors = ["position_x", "position_y", "scale", "rotation", "hue", "shape"]
  private static let parameters = ["rotation", "hue", "crop_x", "crop_y", "brightness"]

  static func values(of layer: String, at depth: Double, _ strength: Double) -> [String: Double] {
    var values: [String: Double] = [:]
    for (place, generator) in generators.enumerated() {
      let share = Double(place + 2) / Double(generators.count + 4)
      let kept = 1 - 0.7 * depth * strength
      values["invariance.\(generator)"] = strength * share * kept
      for fixed in ["0.25", "0.5", "1.0"] {
        values["invariance_at.\(fixed).\(generator)"] = 1.2 * (Double(fixed) ?? 0) * share * kept
      }
      values["tangent_norm.\(generator)"] = (1 + 3 * share) * kept
      if depth > 0 { values["tangent_gain.\(generator)"] = 1.1 * kept }
    }
    for (place, factor) in factors.enumerated() {
      values["tangent_norm.factor.\(factor)"] = 0.5 + 0.2 * Double(place)
      values["attribute.\(factor)"] = 0.95 - 0.04 * Double(place) - 0.6 * strength * depth
    }
    for (place, parameter) in parameters.enumerated() {
      values["augmentation.\(parameter)"] =
        0.7 - 0.09 * Double(place) * strength - 0.8 * strength * depth
    }
    for other in layers where other.name != layer {
      values["cka.\(other.name)"] = 1 - abs(other.depth - depth) * (0.2 + 0.5 * strength)
      values["cka_debiased.\(other.name)"] =
        0.99 - abs(other.depth - depth) * (0.2 + 0.5 * strength)
    }
    return layer == "h" ? values.merging(planes(strength)) { $1 } : values
  }

  private static func planes(_ strength: Double) -> [String: Double] {
    var values = [
      "tangent_overlap": 0.11 + 0.22 * strength, "tangent_overlap_random": 5 / 128.0,
      "nullspace_energy": 0.7 - 0.2 * strength, "nullspace_energy_between": 0.5 - 0.3 * strength,
      "predicted_rank": 125 - 118 * strength, "predicted_overlap": 0.3 + 0.4 * strength,
      "predicted_overlap_random": 0.04, "tangent_overlap.factors.r6": 0.3,
      "tangent_overlap_random.factors.r6": 6 / 128.0,
    ]
    for rank in ranks {
      let r = Double(rank)
      for pair in ["", ".global"] {
        values["tangent_overlap\(pair).r\(rank)"] =
          (0.08 + 0.3 * strength) * (1 - exp(-r / 4)) + r / 128 * (pair.isEmpty ? 1 : 0.6)
        values["tangent_overlap_random\(pair).r\(rank)"] = r / 128
        values["tangent_angle_largest\(pair).r\(rank)"] = 1.57 - 0.1 / r
        values["tangent_angle_smallest\(pair).r\(rank)"] = 1.2 / (1 + strength * r / 4)
      }
      values["predicted_overlap.r\(rank)"] = 0.4 * strength + r / 128
      values["predicted_overlap_random.r\(rank)"] = r / 128
      values["nullspace_energy.r\(rank)"] = exp(-r / (4 + 14 * (1 - strength)))
      values["nullspace_energy_between.r\(rank)"] = exp(-r / (3 + 6 * (1 - strength)))
    }
    return values
  }
}
