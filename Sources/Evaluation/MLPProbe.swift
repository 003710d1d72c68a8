import Torch

/// What a network with one hidden layer reads from frozen embeddings: where it reads more than `LinearProbe`, classes are
/// entangled in the embeddings and not gone from them.
///
/// 512 rectified units on standardised coordinates, in float32, trained as `NetworkTraining` says.
///
/// ```swift
/// let probe = try MLPProbe(training: train)
/// print(try probe.accuracy(on: test), probe.penalty)
/// ```
public struct MLPProbe {
  /// The L2 weight: decay alone would leave e^(−penalty) of the weights at the end of training.
  public let penalty: Double
  /// The accuracy on the held-out fifth for each penalty that was tried; empty where one was given.
  public let heldOutAccuracies: [(penalty: Double, accuracy: Double)]

  private let classes: [Int]
  private let standardization: Standardization
  private let network: RectifierNetworks

  /// The L2 weights that are tried.
  public static let penalties = [10, 3, 0.5]
  /// Hidden units unless told otherwise.
  public static let units = 512

  /// Trains the network.
  ///
  /// With several penalties, each is tried on four fifths of every class, the same as the linear probe's; the one with
  /// the highest accuracy on the last fifth, the largest of equals, is used for the training on all rows.
  ///
  /// - Parameters:
  ///   - training: embeddings whose classes are known.
  ///   - penalties: the L2 weights to choose from.
  ///   - units: the hidden layer's size.
  /// - Throws: `EvaluationError` for fewer than two classes, and for a penalty that is not above zero.
  public init(
    training: LabeledEmbeddings, penalties: [Double] = MLPProbe.penalties,
    units: Int = MLPProbe.units
  ) throws(EvaluationError) {
    guard !penalties.isEmpty, penalties.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .wrongInput(.penalties(penalties))
    }
    let ordered = penalties.sorted(by: >)
    let trials =
      ordered.count > 1 ? try MLPProbe.trials(training, ordered, units: units) : []
    let best = trials.map(\.accuracy).max()
    let chosen = trials.first { $0.accuracy == best }
    try self.init(
      training, penalty: chosen?.penalty ?? ordered[0], trials: trials, by: .whole(units: units))
  }

  private init(
    _ training: LabeledEmbeddings, penalty: Double, trials: [(penalty: Double, accuracy: Double)],
    by method: NetworkTraining
  ) throws(EvaluationError) {
    guard training.classes.count >= 2 else {
      throw .notMeasurable(.oneClass(rows: training.count))
    }
    self.penalty = penalty
    heldOutAccuracies = trials
    classes = training.classes
    let features = training.embeddings.to(.float64)
    standardization = Standardization(of: features)
    network = method.fit(
      features: standardization(features).to(.float32),
      .classes(training.classIndices(), count: training.classes.count), penalties: [penalty])
  }

  /// The most probable class of each row of M×D embeddings.
  public func predictions(for embeddings: Tensor) throws(EvaluationError) -> [Int] {
    let matrix = try embeddings.asFiniteMatrix().to(.float64)
    let dimensions = network.inputWeights.size(2)
    guard matrix.size(1) == dimensions else {
      throw .wrongInput(.unequalDimensions(training: dimensions, test: matrix.size(1)))
    }
    return network.predictions(for: standardization(matrix).to(.float32))[0].map { classes[$0] }
  }

  /// The share of the test embeddings whose class is predicted: `mlp_top1`.
  public func accuracy(on test: LabeledEmbeddings) throws(EvaluationError) -> Double {
    Evaluation.accuracy(try predictions(for: test.embeddings), test.labels)
  }

  /// The accuracy of a probe that is trained on shuffled labels with this probe's penalty, as a control: chance, where
  /// the test split has nothing to do with the training split. It passes over the rows four times instead of fifteen, and
  /// there is no second choice of a penalty.
  ///
  /// - Parameters:
  ///   - training: what this probe was trained on.
  ///   - test: embeddings with their true classes.
  public func shuffledAccuracy(
    training: LabeledEmbeddings, on test: LabeledEmbeddings
  ) throws(EvaluationError) -> Double {
    try MLPProbe(
      training.shuffled(), penalty: penalty, trials: [],
      by: .control(units: network.inputWeights.size(1))
    ).accuracy(on: test)
  }

  private static func trials(
    _ training: LabeledEmbeddings, _ penalties: [Double], units: Int
  ) throws(EvaluationError) -> [(penalty: Double, accuracy: Double)] {
    let split = HeldOut(stratifiedBy: training.labels)
    guard training.classes.count >= 2, !split.heldOut.isEmpty else { return [] }
    let features = training.embeddings.to(.float64)
    let standardization = Standardization(of: features.rows(split.fitted))
    let standardized = standardization(features).to(.float32)
    let networks = NetworkTraining.trial(units: units).fit(
      features: standardized.rows(split.fitted),
      .classes(training.classIndices().rows(split.fitted), count: training.classes.count),
      penalties: penalties)
    let answers = split.heldOut.map { training.labels[$0] }
    let predictions = networks.predictions(for: standardized.rows(split.heldOut))
    return zip(penalties, predictions).map { penalty, predictions in
      (penalty, Evaluation.accuracy(predictions.map { training.classes[$0] }, answers))
    }
  }
}

extension RectifierNetworks {
  /// The place of the largest output of each network for each of the rows, some thousand of them at a time.
  fileprivate func predictions(for rows: Tensor) -> [[Int]] {
    let parts = rows.split(4096).map { outputs(for: $0).argmax(along: 2) }
    let places = Tensor.concatenated(parts, along: 1)
    return (0..<count).map { places[$0].scalars(Int.self) }
  }
}
