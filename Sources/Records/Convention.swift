/// How a figure was computed where public definitions of it differ.
///
/// The sample size and dimension are the layer's unless given here.
public struct Convention: Codable, Sendable, Equatable {
  /// Whether the mean embedding was subtracted first.
  public var centered: Bool
  /// Whether each embedding was scaled to unit length first.
  public var rowNormalized: Bool
  /// The constant added for numerical safety, where the definition has one.
  public var epsilon: Double?
  /// The number of embeddings, where it is not the layer's `n`.
  public var n: Int?
  /// The number of neighbours.
  public var k: Int?
  /// The rank of the subspace, METRICS.md's r.
  public var rank: Int?
  /// The number of views of each sample.
  public var views: Int?
  /// The number of points at which a head was differentiated for its plane.
  public var anchors: Int?
  /// The number of embeddings that a classifier or regression was fitted on; `n` were predicted.
  public var fitted: Int?
  /// τ of a softmax, or of votes.
  public var temperature: Double?
  /// The number of samples that were contrasted with each other at a time.
  public var batch: Int?
  /// What weighed the pairs: `nt_xent` or `squared_distance`.
  public var weighting: String?

  /// States how a figure was computed; what does not apply to it stays `nil`.
  public init(
    centered: Bool, rowNormalized: Bool, epsilon: Double? = nil, n: Int? = nil, k: Int? = nil,
    rank: Int? = nil, views: Int? = nil, anchors: Int? = nil, fitted: Int? = nil,
    temperature: Double? = nil, batch: Int? = nil, weighting: String? = nil
  ) {
    self.centered = centered
    self.rowNormalized = rowNormalized
    self.epsilon = epsilon
    self.n = n
    self.k = k
    self.rank = rank
    self.views = views
    self.anchors = anchors
    self.fitted = fitted
    self.temperature = temperature
    self.batch = batch
    self.weighting = weighting
  }

  enum CodingKeys: String, CodingKey {
    case centered, epsilon, n, k, rank, views, anchors, fitted, temperature, batch, weighting
    case rowNormalized = "row_normalized"
  }
}
