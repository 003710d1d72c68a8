/// One line of `metrics.jsonl`: the state of training at one logged step.
///
/// A number that was not measured, or is not finite, is absent from the line.
public struct MetricRecord: Sendable, Equatable {
  /// Optimisation steps done, counted from 1.
  public var step: Int
  /// Passes over the data set done, with its fraction.
  public var epoch: Double
  /// The objective, averaged over the batch. Not comparable across temperature or batch size.
  public var loss: Double?
  /// The encoder's learning rate at this step.
  public var learningRate: Double?
  /// Augmented images per second since the previous record.
  public var viewsPerSecond: Double?
  /// The share of views whose nearest neighbour in the batch, by z, is their positive.
  public var contrastiveTop1: Double?
  /// Mean cosine between the z of positive pairs.
  public var meanPositiveCosine: Double?
  /// Mean cosine between the z of negative pairs.
  public var meanNegativeCosine: Double?
  /// Mean entropy of the softmax over candidates, in nats.
  public var softmaxEntropy: Double?
  /// Other numbers of the line, by their key.
  public var extra: [String: Double]

  /// A record of one step; what was not measured stays `nil`.
  public init(
    step: Int, epoch: Double, loss: Double? = nil, learningRate: Double? = nil,
    viewsPerSecond: Double? = nil, contrastiveTop1: Double? = nil,
    meanPositiveCosine: Double? = nil, meanNegativeCosine: Double? = nil,
    softmaxEntropy: Double? = nil, extra: [String: Double] = [:]
  ) {
    self.step = step
    self.epoch = epoch
    self.loss = loss
    self.learningRate = learningRate
    self.viewsPerSecond = viewsPerSecond
    self.contrastiveTop1 = contrastiveTop1
    self.meanPositiveCosine = meanPositiveCosine
    self.meanNegativeCosine = meanNegativeCosine
    self.softmaxEntropy = softmaxEntropy
    self.extra = extra
  }
}

extension MetricRecord {
  /// The numbers of the line but its step, under the keys of the file: those every run has in a fixed order, then the
  /// others by key. What is absent or not finite is left out.
  public var numbers: [(key: String, value: Double)] {
    let named: [(Key, Double?)] = [
      (.epoch, epoch), (.loss, loss), (.learningRate, learningRate),
      (.viewsPerSecond, viewsPerSecond), (.contrastiveTop1, contrastiveTop1),
      (.meanPositiveCosine, meanPositiveCosine), (.meanNegativeCosine, meanNegativeCosine),
      (.softmaxEntropy, softmaxEntropy),
    ]
    let others = extra.sorted { $0.key < $1.key }.filter { !Self.reservedKeys.contains($0.key) }
    return
      (named.compactMap { key, value in value.map { (key.rawValue, $0) } }
      + others.map { ($0.key, $0.value) }).filter(\.1.isFinite)
  }
}

extension MetricRecord: Codable {
  enum Key: String, CaseIterable {
    case step, epoch, loss
    case learningRate = "learning_rate"
    case viewsPerSecond = "views_per_second"
    case contrastiveTop1 = "contrastive_top1"
    case meanPositiveCosine = "mean_positive_cosine"
    case meanNegativeCosine = "mean_negative_cosine"
    case softmaxEntropy = "softmax_entropy"
  }

  private static let reservedKeys = Set(Key.allCases.map(\.rawValue))

  /// Reads the flat form; unknown numbers go to `extra`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    func number(_ key: Key) throws -> Double? {
      try container.decodeIfPresent(Double.self, forKey: AnyKey(key.rawValue))
    }
    self.init(
      step: try container.decodeCount(forKey: AnyKey(Key.step.rawValue)),
      epoch: try container.decode(Double.self, forKey: AnyKey(Key.epoch.rawValue)),
      loss: try number(.loss), learningRate: try number(.learningRate),
      viewsPerSecond: try number(.viewsPerSecond), contrastiveTop1: try number(.contrastiveTop1),
      meanPositiveCosine: try number(.meanPositiveCosine),
      meanNegativeCosine: try number(.meanNegativeCosine),
      softmaxEntropy: try number(.softmaxEntropy),
      extra: container.numbers(besides: Self.reservedKeys))
  }

  /// Writes the flat form without what is absent or not finite.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyKey.self)
    func write(_ value: Double?, _ key: Key) throws {
      guard let value, value.isFinite else { return }
      try container.encode(value, forKey: AnyKey(key.rawValue))
    }
    try container.encode(step, forKey: AnyKey(Key.step.rawValue))
    try write(epoch, .epoch)
    try write(loss, .loss)
    try write(learningRate, .learningRate)
    try write(viewsPerSecond, .viewsPerSecond)
    try write(contrastiveTop1, .contrastiveTop1)
    try write(meanPositiveCosine, .meanPositiveCosine)
    try write(meanNegativeCosine, .meanNegativeCosine)
    try write(softmaxEntropy, .softmaxEntropy)
    try container.encode(extra, besides: Self.reservedKeys)
  }
}
