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

  /// States how a figure was computed; what does not apply to it stays `nil`.
  public init(
    centered: Bool, rowNormalized: Bool, epsilon: Double? = nil, n: Int? = nil, k: Int? = nil,
    rank: Int? = nil, views: Int? = nil
  ) {
    self.centered = centered
    self.rowNormalized = rowNormalized
    self.epsilon = epsilon
    self.n = n
    self.k = k
    self.rank = rank
    self.views = views
  }

  enum CodingKeys: String, CodingKey {
    case centered, epsilon, n, k, rank, views
    case rowNormalized = "row_normalized"
  }
}
