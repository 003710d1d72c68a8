/// How a whole run was computed, where that is no setting of it.
public struct RunConventions: Codable, Sendable, Equatable {
  /// How many processes shared each of the last steps.
  public var worldSize: Int
  /// Other numbers of processes that took steps before, in their order; absent where there were none.
  public var earlierWorldSizes: [Int]?
  /// Of several processes, whether batch norms took the statistics of the whole batch, "synchronized", or each process those of its "own"
  /// share; absent for one.
  public var batchNorm: String?

  /// The conventions of a run.
  public init(worldSize: Int, earlierWorldSizes: [Int]? = nil, batchNorm: String? = nil) {
    self.worldSize = worldSize
    self.earlierWorldSizes = earlierWorldSizes
    self.batchNorm = batchNorm
  }

  enum CodingKeys: String, CodingKey {
    case worldSize = "world_size"
    case earlierWorldSizes = "earlier_world_sizes"
    case batchNorm = "batch_norm"
  }
}
