/// The softmax over other embeddings that a loss contains: embedding i weighs candidate k by
///
/// α_ik = exp(s(z_i, z_k)/τ) / Σ_k exp(s(z_i, z_k)/τ).
public struct SoftmaxConvention: Sendable, Hashable {
  /// Which embeddings k an embedding is compared with.
  public enum Candidates: String, Sendable, CaseIterable {
    /// All other views in the batch, the positive and any further views of the same sample among them.
    case others
    /// The views of other samples in the batch alone.
    case otherSamples = "other-samples"
    /// The positive, and a queue of embeddings of earlier batches.
    case queue
  }

  /// τ, where it is learned as it stands.
  public let temperature: Double
  /// s.
  public let similarity: InfoNCE.Similarity
  /// The k that are summed over.
  public let candidates: Candidates

  /// Whether the positive stands in the denominator.
  public var includesPositive: Bool { candidates != .otherSamples }

  /// A softmax at a temperature above 0.
  public init(
    temperature: Double, similarity: InfoNCE.Similarity = .cosine, candidates: Candidates = .others
  ) {
    precondition(temperature > 0, "a temperature of \(temperature)")
    self.temperature = temperature
    self.similarity = similarity
    self.candidates = candidates
  }
}
