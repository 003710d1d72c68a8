import Torch

/// What a linear classifier reads from frozen embeddings: multinomial logistic regression on
/// standardised coordinates, by Newton's method to convergence, in float64.
///
/// ```swift
/// let probe = try LinearProbe(training: train)
/// print(try probe.accuracy(on: test), probe.penalty, probe.converged)
/// ```
public struct LinearProbe {
  /// The L2 weight: the objective is the mean cross-entropy plus penalty/2·‖W‖².
  public let penalty: Double
  /// Whether the last fit reached its minimum: no component of the gradient above 10⁻⁹.
  public let converged: Bool
  /// Steps of the last fit.
  public let steps: Int
  /// The accuracy on the held-out fifth for each penalty that was tried; empty where one was given.
  public let heldOutAccuracies: [(penalty: Double, accuracy: Double)]

  private let classes: [Int]
  private let coefficients: Tensor
  private let standardization: Standardization

  /// The L2 weights that are tried: 1, 0.1, … 10⁻⁶.
  public static let penalties = [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6]

  /// Fits the classifier.
  ///
  /// With several penalties, each is tried on four fifths of every class; the one with the highest
  /// accuracy on the last fifth, the largest of equals, is used for the fit on all rows.
  ///
  /// - Throws: `EvaluationError` for fewer than two classes, and for a penalty that is not above zero.
  public init(
    training: LabeledEmbeddings, penalties: [Double] = LinearProbe.penalties
  ) throws(EvaluationError) {
    try self.init(training: training, penalties: penalties, tolerance: 1e-9)
  }

  private init(
    training: LabeledEmbeddings, penalties: [Double], tolerance: Double
  ) throws(EvaluationError) {
    guard training.classes.count >= 2 else {
      throw .notMeasurable(.oneClass(rows: training.count))
    }
    guard !penalties.isEmpty, penalties.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .wrongInput(.penalties(penalties))
    }
    classes = training.classes
    let features = training.embeddings.to(.float64)
    let labels = training.classIndices()
    let ordered = penalties.sorted(by: >)
    let trials =
      ordered.count > 1
      ? LinearProbe.trialsOnHeldOutFifth(features, labels, training, ordered) : []
    heldOutAccuracies = trials.map { ($0.penalty, $0.accuracy) }
    let best = trials.max { $0.accuracy < $1.accuracy }
    let chosen = trials.first { $0.accuracy == best?.accuracy }
    penalty = chosen?.penalty ?? ordered[0]

    standardization = Standardization(of: features)
    let regression = SoftmaxRegression(
      features: standardization(features), labels: labels, classCount: training.classes.count)
    let fit = regression.fit(
      penalty: penalty, from: chosen?.coefficients, tolerance: tolerance)
    coefficients = fit.point
    converged = fit.converged
    steps = fit.steps
  }

  /// The most probable class of each row of M×D embeddings.
  public func predictions(for embeddings: Tensor) throws(EvaluationError) -> [Int] {
    let matrix = try embeddings.asFiniteMatrix().to(.float64)
    guard matrix.size(1) + 1 == coefficients.size(1) else {
      throw .wrongInput(
        .unequalDimensions(training: coefficients.size(1) - 1, test: matrix.size(1)))
    }
    return LinearProbe.indices(standardization(matrix), coefficients).map { classes[$0] }
  }

  /// The share of the test embeddings whose class is predicted: `linear_top1`.
  public func accuracy(on test: LabeledEmbeddings) throws(EvaluationError) -> Double {
    Evaluation.accuracy(try predictions(for: test.embeddings), test.labels)
  }

  /// The accuracy of a probe that is fitted on shuffled labels with this probe's penalty, as a control: chance, where
  /// the test split has nothing to do with the training split.
  ///
  /// The fit ends where accuracies are settled, and there is no second choice of a penalty.
  ///
  /// - Parameters:
  ///   - training: what this probe was fitted on.
  ///   - test: embeddings with their true classes.
  public func shuffledAccuracy(
    training: LabeledEmbeddings, on test: LabeledEmbeddings
  ) throws(EvaluationError) -> Double {
    try LinearProbe(
      training: training.shuffled(), penalties: [penalty],
      tolerance: LinearProbe.settlingTolerance
    ).accuracy(on: test)
  }

  /// Accuracies are settled long before the coefficients are.
  private static let settlingTolerance = 1e-5

  private static func trialsOnHeldOutFifth(
    _ features: Tensor, _ labels: Tensor, _ training: LabeledEmbeddings, _ penalties: [Double]
  ) -> [(penalty: Double, accuracy: Double, coefficients: Tensor)] {
    let split = HeldOut(stratifiedBy: training.labels)
    guard !split.heldOut.isEmpty else { return [] }
    let fitted = features.rows(split.fitted)
    let standardization = Standardization(of: fitted)
    let regression = SoftmaxRegression(
      features: standardization(fitted), labels: labels.rows(split.fitted),
      classCount: training.classes.count)
    let heldOut = standardization(features.rows(split.heldOut))
    let answers = split.heldOut.map { training.labels[$0] }
    var start: Tensor?
    return penalties.map { penalty in
      let fit = regression.fit(penalty: penalty, from: start, tolerance: settlingTolerance)
      start = fit.point
      let predictions = indices(heldOut, fit.point).map { training.classes[$0] }
      return (penalty, Evaluation.accuracy(predictions, answers), fit.point)
    }
  }

  private static func indices(_ features: Tensor, _ coefficients: Tensor) -> [Int] {
    let last = coefficients.size(1) - 1
    let weights = coefficients.slice(0..<last, along: 1)
    let logits =
      weights.matmul(features.transposed()) + coefficients.slice(last..<last + 1, along: 1)
    return logits.argmax(along: 0).scalars(Int.self)
  }
}
