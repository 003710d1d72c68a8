import Augmentations
import Evaluation

/// A transformation that embeddings are asked about: images are subjected to it alone, by amounts from a range that is the same
/// for every run.
struct ProbedTransformation {
  /// What is asked, under the name that the figures have, and the name among `ViewParameters.factorNames`.
  let asked: [(name: String, factor: String)]
  /// What draws its amounts.
  let policy: Policy

  /// All of them. Rotations and hues come from the whole circle; scales from e^−½ to e^½; crops are half of the image, as it is
  /// wide to high, and lie anywhere within it.
  static let all: [ProbedTransformation] = [
    ProbedTransformation("rotation", "rotation") { $0[.rotation] = Policy.Part(-.pi ... .pi) },
    ProbedTransformation("hue", "hue") { $0[.hue] = Policy.Part(-0.5...0.5) },
    ProbedTransformation("scale", "log_scale") { $0[.logScale] = Policy.Part(-0.5...0.5) },
    ProbedTransformation(asked: [("crop_x", "crop_x"), ("crop_y", "crop_y")]) {
      $0.cropArea = 0.5...0.5
    },
  ]

  /// The names of all that is asked.
  static let names = all.flatMap { $0.asked.map(\.name) }

  private init(_ name: String, _ factor: String, _ set: (inout Policy) -> Void) {
    self.init(asked: [(name, factor)], set)
  }

  private init(asked: [(name: String, factor: String)], _ set: (inout Policy) -> Void) {
    var policy = Policy(name: asked.map(\.name).joined(separator: ", "))
    set(&policy)
    self.asked = asked
    self.policy = policy
  }

  /// What was asked of some of the views, in the order of `asked`.
  func attributes(of views: [ViewParameters]) -> [Attribute] {
    asked.compactMap { question in
      guard
        let column = ViewParameters.factorNames.firstIndex(of: question.factor)
      else { return nil }
      let values = views.map { Double($0.factors[column]) }
      guard case .circular(let period) = ViewParameters.decodedFactors[column].kind else {
        return .linear(values)
      }
      return .circular(values, period: Double(period))
    }
  }
}
