import Torch

/// How well numbers can be read from frozen embeddings by a network with one hidden layer: what `AttributeRegression` does
/// linearly.
///
/// 128 rectified units on standardised coordinates, in float32, one network for all factors together, trained as
/// `NetworkTraining` says. A number on a circle is learnt as its sine and cosine.
public struct MLPRegression {
  /// R² on the test split of each factor; nil for one that does not vary there. 0 is the test mean, and below is what is worse.
  public let scores: [Double?]
  /// The L2 weight: decay alone would leave e^(−penalty) of the weights at the end of training.
  public let penalty: Double

  /// The L2 weights that are tried.
  public static let penalties = [10, 3, 0.5]
  /// Hidden units unless told otherwise.
  public static let units = 128

  /// Trains the network on the training embeddings and scores it on the test embeddings. The penalty is the one with the least
  /// squared error on every fifth row of the training split.
  ///
  /// - Parameters:
  ///   - embeddings: N×D.
  ///   - attributes: the factors of these N samples, numbers on a line or on a circle.
  ///   - testEmbeddings: M×D.
  ///   - testAttributes: the same factors of those M samples.
  ///   - penalties: the L2 weights to choose from.
  ///   - units: the hidden layer's size.
  /// - Throws: `EvaluationError` for lengths or kinds that do not match, kinds instead of numbers, values that are not
  ///   finite, penalties that are not above zero, and fewer than five training samples.
  public init(
    training embeddings: Tensor, _ attributes: [Attribute], test testEmbeddings: Tensor,
    _ testAttributes: [Attribute], penalties: [Double] = MLPRegression.penalties,
    units: Int = MLPRegression.units
  ) throws(EvaluationError) {
    let features = try embeddings.asFiniteMatrix().to(.float64)
    let testFeatures = try testEmbeddings.asFiniteMatrix().to(.float64)
    guard features.size(1) == testFeatures.size(1) else {
      throw .wrongInput(
        .unequalDimensions(training: features.size(1), test: testFeatures.size(1)))
    }
    guard features.size(0) >= 5 else {
      throw .notMeasurable(.tooFewRows(found: features.size(0), needed: 5))
    }
    guard !attributes.isEmpty, attributes.count == testAttributes.count else {
      throw .wrongInput(.unequalFactors)
    }
    guard !penalties.isEmpty, penalties.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .wrongInput(.penalties(penalties))
    }
    var (targets, testTargets): ([Tensor], [Tensor]) = ([], [])
    for (attribute, test) in zip(attributes, testAttributes) {
      targets.append(try attribute.targets(rows: features.size(0), matching: test))
      testTargets.append(try test.targets(rows: testFeatures.size(0), matching: attribute))
    }
    let answers = Tensor.concatenated(targets, along: 1).to(features.device)
    penalty = MLPRegression.bestPenalty(features, answers, penalties, units)
    let predictions = MLPRegression.predictions(
      for: testFeatures, fitting: features, answers, [penalty], by: .whole(units: units))[0]
    var scores: [Double?] = []
    var column = 0
    for targets in testTargets {
      let end = column + targets.size(1)
      let own = predictions.slice(column..<end, along: 1)
      scores.append(try? determination(of: own, targets.to(features.device)))
      column = end
    }
    self.scores = scores
  }

  private static func bestPenalty(
    _ features: Tensor, _ targets: Tensor, _ penalties: [Double], _ units: Int
  ) -> Double {
    let ordered = penalties.sorted(by: >)
    guard ordered.count > 1 else { return ordered[0] }
    let split = HeldOut(count: features.size(0))
    let predictions = predictions(
      for: features.rows(split.heldOut), fitting: features.rows(split.fitted),
      targets.rows(split.fitted), ordered, by: .trial(units: units))
    let scale = Standardization(of: targets).scale
    let errors = predictions.map {
      (($0 - targets.rows(split.heldOut)) / scale).squared().sum().item
    }
    return zip(ordered, errors).min { $0.1 < $1.1 }?.0 ?? ordered[0]
  }

  /// What a network for each penalty predicts, M×K each.
  private static func predictions(
    for testFeatures: Tensor, fitting features: Tensor, _ targets: Tensor, _ penalties: [Double],
    by method: NetworkTraining
  ) -> [Tensor] {
    let standardization = Standardization(of: features)
    let targetScale = Standardization(of: targets)
    let networks = method.fit(
      features: standardization(features).to(.float32),
      .numbers(targetScale(targets).to(.float32)), penalties: penalties)
    let outputs = networks.outputs(for: standardization(testFeatures).to(.float32)).to(.float64)
    return penalties.indices.map { outputs[$0] * targetScale.scale + targetScale.mean }
  }
}
