import Foundation
import Torch

/// A known factor of the data, a value for each sample.
public enum Attribute: Sendable {
  /// A number on a line: position, scale.
  case linear([Double])
  /// A number on a circle that comes round after `period`: an angle, a hue.
  case circular([Double], period: Double)
  /// One of several kinds, counted from 0: shape.
  case categorical([Int])

  /// The number of samples.
  public var count: Int {
    switch self {
    case .linear(let values): values.count
    case .circular(let values, _): values.count
    case .categorical(let kinds): kinds.count
    }
  }
}

/// How well a known factor can be read linearly from frozen embeddings.
public struct AttributeRegression: Sendable {
  /// R² on the test split for a number, accuracy for a kind. R² is 0 for the test mean, and below for
  /// what is worse.
  public let score: Double
  /// The L2 weight that was chosen on a held-out fifth of the training split.
  public let penalty: Double

  /// Fits the factor to the training embeddings and scores it on the test embeddings.
  ///
  /// A number by ridge regression on standardised coordinates (mean squared error plus
  /// penalty·‖w‖²); a number on a circle as its sine and cosine together; a kind by `LinearProbe`.
  ///
  /// - Parameters:
  ///   - embeddings: N×D.
  ///   - attribute: the factor for these N samples.
  ///   - testEmbeddings: M×D.
  ///   - testAttribute: the factor for those M samples, of the same kind.
  ///   - penalties: the L2 weights to choose from, a wide range unless given.
  /// - Throws: `EvaluationError` for lengths or kinds that do not match, values that are not finite,
  ///   penalties that are not above zero, fewer than five training samples, and a factor that does not vary
  ///   in the test split.
  public init(
    training embeddings: Tensor, _ attribute: Attribute, test testEmbeddings: Tensor,
    _ testAttribute: Attribute, penalties: [Double]? = nil
  ) throws(EvaluationError) {
    let results = AttributeRegression.of(
      [(attribute, testAttribute)], training: embeddings, test: testEmbeddings,
      penalties: penalties)
    self = try results[0].get()
  }

  /// The same for several factors of the same embeddings: all numbers share one decomposition.
  ///
  /// - Parameters:
  ///   - attributes: each factor for the N training and the M test samples.
  ///   - embeddings: N×D, what is fitted.
  ///   - testEmbeddings: M×D, what is predicted.
  ///   - penalties: the L2 weights that are tried; nil for the usual ones.
  /// - Returns: a regression, or why there is none, for each factor.
  public static func of(
    _ attributes: [(training: Attribute, test: Attribute)], training embeddings: Tensor,
    test testEmbeddings: Tensor, penalties: [Double]? = nil
  ) -> [Result<AttributeRegression, EvaluationError>] {
    var ridge: Result<AttributeRidge, EvaluationError>?
    return attributes.map { training, test in
      Result { () throws(EvaluationError) in
        if case .categorical(let kinds) = training, case .categorical(let testKinds) = test {
          let probe = try LinearProbe(
            training: LabeledEmbeddings(embeddings: embeddings, labels: kinds),
            penalties: penalties ?? LinearProbe.penalties)
          let score = try probe.accuracy(
            on: LabeledEmbeddings(embeddings: testEmbeddings, labels: testKinds))
          return AttributeRegression(score: score, penalty: probe.penalty)
        }
        let shared =
          ridge
          ?? Result { () throws(EvaluationError) in
            try AttributeRidge(
              training: embeddings, test: testEmbeddings,
              penalties: penalties ?? RidgeRegression.penalties)
          }
        ridge = shared
        return try shared.get().regression(of: training, test)
      }
    }
  }

  fileprivate init(score: Double, penalty: Double) {
    self.score = score
    self.penalty = penalty
  }
}

/// Ridge regressions of several factors on the same embeddings.
private struct AttributeRidge {
  let features: Tensor
  let testFeatures: Tensor
  let penalties: [Double]
  let ridge: RidgeRegression
  let trial: RidgeTrial?

  init(
    training embeddings: Tensor, test testEmbeddings: Tensor, penalties: [Double]
  ) throws(EvaluationError) {
    features = try embeddings.asFiniteMatrix().to(.float64)
    testFeatures = try testEmbeddings.asFiniteMatrix().to(.float64)
    self.penalties = penalties
    guard features.size(1) == testFeatures.size(1) else {
      throw .wrongInput(
        .unequalDimensions(training: features.size(1), test: testFeatures.size(1)))
    }
    guard features.size(0) >= 5 else {
      throw .notMeasurable(.tooFewRows(found: features.size(0), needed: 5))
    }
    ridge = RidgeRegression(features)
    trial = try RidgeTrial(features, penalties: penalties)
  }

  func regression(
    of attribute: Attribute, _ testAttribute: Attribute
  ) throws(EvaluationError) -> AttributeRegression {
    let targets = try attribute.targets(rows: features.size(0), matching: testAttribute)
      .to(features.device)
    let testTargets =
      try testAttribute
      .targets(rows: testFeatures.size(0), matching: attribute).to(testFeatures.device)
    let penalty = trial?.bestPenalty(for: targets) ?? penalties[0]
    let predictions = ridge.predictions(
      for: testFeatures, fitting: targets, penalty: penalty)
    return AttributeRegression(
      score: try determination(of: predictions, testTargets), penalty: penalty)
  }
}

/// R², 1 − Σ‖y−ŷ‖²/Σ‖y−ȳ‖² over all columns together.
func determination(
  of predictions: Tensor, _ targets: Tensor
) throws(EvaluationError) -> Double {
  let mean = targets.mean(along: [0], keepingDimensions: true)
  let spread = (targets - mean).squared().sum().item
  guard spread > 0 else { throw .notMeasurable(.constantFactor) }
  return 1 - (targets - predictions).squared().sum().item / spread
}

extension Attribute {
  /// Columns to regress: the number itself, or sine and cosine of its angle.
  func targets(
    rows: Int, matching other: Attribute
  ) throws(EvaluationError) -> Tensor {
    guard count == rows else {
      throw .wrongInput(.factorCount(values: count, rows: rows))
    }
    switch (self, other) {
    case (.linear(let values), .linear):
      try check(values)
      return Tensor(values, shape: [rows, 1])
    case (.circular(let values, let period), .circular(_, let otherPeriod))
    where period == otherPeriod && period > 0:
      try check(values)
      let angles = values.map { 2 * Double.pi * $0 / period }
      return Tensor(angles.flatMap { [sin($0), cos($0)] }, shape: [rows, 2])
    default:
      throw .wrongInput(.unequalFactors)
    }
  }

  private func check(_ values: [Double]) throws(EvaluationError) {
    guard values.allSatisfy(\.isFinite) else {
      throw .wrongInput(.factorNotFinite)
    }
  }
}
