import Geometry
import Records

/// The spectrum of a layer's embeddings and the many numbers that are called its rank.
struct SpectrumAndRanks: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = []

  var figures: [FigureDescriptor] {
    [
      FigureDescriptor(
        key: "effective_rank", name: "Effective rank", group: .rank, form: .rank,
        prominence: .announced,
        meaning: "exp of the entropy of the singular values", source: "Roy & Vetterli 2007"),
      FigureDescriptor(
        key: "effective_rank_covariance", name: "Effective rank of the covariance", group: .rank,
        form: .rank, meaning: "exp of the entropy of the covariance's eigenvalues",
        source: "Roy & Vetterli 2007"),
      FigureDescriptor(
        key: "rankme", name: "RankMe", group: .rank, form: .rank, prominence: .announced,
        meaning: "exp of the entropy of the singular values of the raw embeddings",
        source: "arXiv 2210.02885"),
      FigureDescriptor(
        key: "stable_rank", name: "Stable rank", group: .rank, form: .rank,
        meaning: "sum of the squared singular values over the largest one's square",
        source: "Rudelson & Vershynin 2007"),
      FigureDescriptor(
        key: "participation_ratio", name: "Participation ratio", group: .rank, form: .rank,
        meaning: "squared sum of the eigenvalues over the sum of their squares"),
      FigureDescriptor(
        key: "nesum", name: "NESum", group: .rank, form: .rank,
        meaning: "sum of the eigenvalues over the largest", source: "He & Ozay, ICML 2022"),
      FigureDescriptor(
        key: "numerical_rank", name: "Numerical rank", group: .rank, form: .count,
        meaning: "how many singular values stand out of rounding", source: "LAPACK's convention"),
      FigureDescriptor(
        key: "alpha", name: "Spectral decay α", group: .rank,
        meaning: "exponent of the power law fitted to the eigenvalues", source: "arXiv 2202.05808"),
      FigureDescriptor(
        key: "alpha_r2", name: "R² of the fit of α", group: .rank,
        meaning: "how well a power law describes the eigenvalues", source: "arXiv 2202.05808"),
    ]
  }

  /// Reads all rows of each layer, a block at a time where they are many.
  func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
    for index in figures.indices {
      try add(subject.rows(of: index), to: &figures[index])
    }
  }

  private func add(_ rows: EmbeddingRows, to figures: inout LayerFigures) throws(GeometryError) {
    let centered = try Spectrum(of: rows, centered: true)
    let uncentered = try Spectrum(of: rows, centered: false)
    let normalized = try Spectrum(of: rows, centered: true, rowNormalized: true)
    let plain = Convention(centered: true, rowNormalized: false)
    figures.record(centered.effectiveRank, as: "effective_rank", plain)
    figures.record(centered.effectiveRankCovariance, as: "effective_rank_covariance", plain)
    figures.record(centered.stableRank, as: "stable_rank", plain)
    figures.record(centered.participationRatio, as: "participation_ratio", plain)
    figures.record(Double(centered.numericalRank), as: "numerical_rank", plain)
    figures.record(centered.nesum, as: "nesum", plain)
    figures.record(
      uncentered.rankMe, as: "rankme",
      Convention(centered: false, rowNormalized: false, epsilon: Spectrum.rankMeEpsilon))
    if let powerLaw = centered.powerLaw {
      figures.record(powerLaw.exponent, as: "alpha", plain)
      figures.record(powerLaw.determination, as: "alpha_r2", plain)
    }
    figures.spectrum = normalized.logSpectrum.filter(\.isFinite)
    figures.conventions["spectrum"] = Convention(centered: true, rowNormalized: true)
  }
}
