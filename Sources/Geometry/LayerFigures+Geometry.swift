import RunStore
import Torch

extension LayerFigures {
  /// Every figure that N×D embeddings of one layer give by themselves, with its conventions.
  ///
  /// - Throws: `GeometryError` for a tensor that is no matrix, fewer than two rows, NaN or infinity.
  public init(layer: String, embeddings: Tensor) throws(GeometryError) {
    let centered = try Spectrum(of: embeddings, centered: true)
    let uncentered = try Spectrum(of: embeddings, centered: false)
    let normalized = try Spectrum(of: embeddings, centered: true, rowNormalized: true)
    self.init(layer: layer, n: centered.sampleCount, dimension: centered.dimension)
    let plain = Convention(centered: true, rowNormalized: false)
    set("effective_rank", centered.effectiveRank, plain)
    set("effective_rank_covariance", centered.effectiveRankCovariance, plain)
    set("stable_rank", centered.stableRank, plain)
    set("participation_ratio", centered.participationRatio, plain)
    set("numerical_rank", Double(centered.numericalRank), plain)
    set("nesum", centered.nesum, plain)
    set(
      "rankme", uncentered.rankMe,
      Convention(centered: false, rowNormalized: false, epsilon: Spectrum.rankMeEpsilon))
    if let powerLaw = centered.powerLaw {
      set("alpha", powerLaw.exponent, plain)
      set("alpha_r2", powerLaw.determination, plain)
    }
    spectrum = normalized.logSpectrum.filter(\.isFinite)
    conventions["spectrum"] = Convention(centered: true, rowNormalized: true)
  }

  /// Adds what two views of each sample have in common.
  public mutating func add(_ views: ViewStatistics) {
    let raw = Convention(centered: false, rowNormalized: false, views: 2)
    let unit = Convention(centered: false, rowNormalized: true, views: 2)
    set("invariance", views.invariance, raw)
    set("invariance_clean", views.cleanInvariance, raw)
    set("alignment", views.alignment, unit)
    set("uniformity", views.uniformity, unit)
    conventions["invariance_at"] = raw
  }

  private mutating func set(_ key: String, _ value: Double, _ convention: Convention) {
    guard value.isFinite else { return }
    values[key] = value
    conventions[key] = convention
  }
}
