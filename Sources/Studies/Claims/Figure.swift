import Augmentations
import Datasets
import Foundation
import Records

/// A figure of one layer: `h.effective_rank`, `head.1.attribute.hue`; or of the run as a whole:
/// `run.wall_seconds`.
package struct Figure: Hashable {
  /// `h`, `head.K`, `z` or `run`.
  package let layer: String
  /// METRICS.md's key; `dimension` and `n` as well.
  package let key: String

  package var text: String { "\(layer).\(key)" }

  /// Takes apart and checks a figure's name.
  ///
  /// - Throws: `ExpressionError` for a layer or a key that there is not, with the nearest that there is.
  init(_ text: String) throws(ExpressionError) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let length = parts[0] == "head" && parts.count > 2 ? 2 : 1
    layer = parts.prefix(length).joined(separator: ".")
    key = parts.dropFirst(length).joined(separator: ".")
    guard parts.count > length, !parts.contains("") else {
      throw ExpressionError(
        "'\(text)' is no figure: use a layer and a key, as in h.effective_rank")
    }
    switch layer {
    case "h", "z": break
    case "run":
      guard Figure.ofRuns.contains(key) else {
        throw ExpressionError(
          "'\(text)' is no figure of a run: use run.\(Figure.ofRuns.joined(separator: " or run."))")
      }
      return
    default:
      guard parts[0] == "head", let index = Int(parts[1]), index > 0 else {
        throw ExpressionError(
          "'\(text)': there is no layer '\(layer)'; use h, head.1, head.2, …, z")
      }
    }
    guard Figure.isKnown(key) else {
      let hint = Figure.known.nearest(to: key).map { "; did you mean '\(layer).\($0)'?" }
      throw ExpressionError(
        "'\(text)' is no figure" + (hint ?? "; gnomon geometry RUN shows those of a run"))
    }
  }

  /// The figure's value in a finished run; nil where it was not measured.
  package func value(in summary: RunSummary) -> Double? {
    if layer == "run" {
      switch key {
      case "wall_seconds": return summary.wallSeconds
      case "views_per_second": return summary.viewsPerSecond
      default: return summary.finalLoss
      }
    }
    return summary.layers[layer].flatMap(value)
  }

  /// The figure's value among those of its layer.
  func value(in figures: LayerFigures) -> Double? {
    switch key {
    case "dimension": return Double(figures.dimension)
    case "n": return Double(figures.n)
    default:
      let prefix = "invariance_at."
      guard key.hasPrefix(prefix) else { return figures[key] }
      return figures[key] ?? figures.invarianceAt[String(key.dropFirst(prefix.count))]
    }
  }

  private static let ofRuns = ["wall_seconds", "views_per_second", "final_loss"]

  private static let ranks = ["1", "2", "3", "5", "8", "13", "21"].map { ".r\($0)" }

  private static let generators = Generator.allCases.map(\.rawValue)

  private static let policyParts =
    generators + ["crop", "flip", "grey", "blur", "solarise", "noise", "cutout"]

  private static let factors = SpriteFactor.allCases.map(\.rawValue)

  /// Every key that can be listed.
  static let known: [String] = {
    var keys = [
      "dimension", "n", "effective_rank", "effective_rank_covariance", "rankme", "stable_rank",
      "participation_ratio", "numerical_rank", "nesum", "alpha", "alpha_r2", "lidar",
      "orbit_spread",
      "intrinsic_dimension.two_nn", "intrinsic_dimension.two_nn_censored",
      "intrinsic_dimension.mle", "invariance", "invariance_clean", "alignment", "uniformity",
      "knn_top1", "linear_top1", "predicted_rank", "negative_share",
    ]
    for strength in ["0.25", "0.5", "1.0"] {
      keys.append("invariance_at.\(strength)")
      keys += policyParts.map { "invariance_at.\(strength).\($0)" }
    }
    keys += policyParts.map { "invariance.\($0)" }
    for direction in generators + factors.map({ "factor.\($0)" }) {
      keys += ["tangent_norm.\(direction)", "tangent_gain.\(direction)"]
    }
    for plane in ["", ".global", ".factors", ".planes"] {
      for suffix in [""] + ranks {
        for name in [
          "tangent_overlap", "tangent_overlap_random", "tangent_angle_largest",
          "tangent_angle_smallest",
        ] { keys.append(name + plane + suffix) }
      }
    }
    for suffix in [""] + ranks {
      keys += [
        "nullspace_energy", "nullspace_energy_between", "predicted_overlap",
        "predicted_overlap_random",
      ].map { $0 + suffix }
    }
    keys += (factors + ["shape", "texture"]).map { "attribute.\($0)" }
    keys += ["cka.h", "cka.z", "cka_debiased.h", "cka_debiased.z"]
    return keys
  }()

  private static let knownSet = Set(known)

  private static func isKnown(_ key: String) -> Bool {
    if knownSet.contains(key) { return true }
    // Parameters of views, other layers, and ranks that follow from the data's factors.
    if key.hasPrefix("augmentation.") { return true }
    for name in ["cka.head.", "cka_debiased.head."] where key.hasPrefix(name) {
      return Int(key.dropFirst(name.count)) != nil
    }
    guard let rank = key.range(of: ".r", options: .backwards) else { return false }
    return Int(key[rank.upperBound...]) != nil
      && knownSet.contains(key[..<rank.lowerBound] + ".r5")
  }
}
