import Geometry
import Records

/// The spectrum of a layer's embeddings and the many numbers that are called its rank.
struct SpectrumAndRanks: Measure {
  let occasion = Occasion.always
  let needs: Set<Need> = []

  var figures: [FigureDescriptor] {
    let projected = [FigureMembers.principalComponents]
    return [
      FigureDescriptor(
        key: "effective_rank", name: "Effective rank", group: .rank, form: .rank,
        prominence: .announced, standsAlone: true, members: projected, separator: ", ",
        meaning:
          "exp of the entropy of the singular values; here and below with pcaN, of the first N principal components, N the "
          + "dimension of the narrowest layer from h on", source: "Roy & Vetterli 2007"),
      FigureDescriptor(
        key: "effective_rank_covariance", name: "Effective rank of the covariance", group: .rank,
        form: .rank, standsAlone: true, members: projected, separator: ", ",
        meaning: "exp of the entropy of the covariance's eigenvalues",
        source: "Roy & Vetterli 2007"),
      FigureDescriptor(
        key: "rankme", name: "RankMe", group: .rank, form: .rank, prominence: .announced,
        meaning: "exp of the entropy of the singular values of the raw embeddings",
        source: "arXiv 2210.02885"),
      FigureDescriptor(
        key: "stable_rank", name: "Stable rank", group: .rank, form: .rank, standsAlone: true,
        members: projected, separator: ", ",
        meaning: "sum of the squared singular values over the largest one's square",
        source: "Rudelson & Vershynin 2007"),
      FigureDescriptor(
        key: "participation_ratio", name: "Participation ratio", group: .rank, form: .rank,
        standsAlone: true, members: projected, separator: ", ",
        meaning: "squared sum of the eigenvalues over the sum of their squares"),
      FigureDescriptor(
        key: "nesum", name: "NESum", group: .rank, form: .rank, standsAlone: true,
        members: projected, separator: ", ",
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
    var spectra: [Spectrum] = []
    for index in figures.indices {
      spectra.append(try add(subject.rows(of: index), to: &figures[index]))
    }
    // From h on; the trunk's layers would only lower the number of components.
    let compared = figures.indices.filter { $0 >= subject.placeOfH }
    let dimensions = Set(compared.map { figures[$0].dimension })
    guard dimensions.count > 1, let common = dimensions.min() else { return }
    for index in compared {
      // At equal n, and as a projection leaves σ as they are: the first of them.
      let projected = spectra[index].leading(common)
      add(
        projected, suffix: ".pca\(common)",
        Convention(centered: true, rowNormalized: false, rank: common), to: &figures[index])
    }
  }

  /// The ranks that are compared between layers of different dimension, too.
  private func add(
    _ centered: Spectrum, suffix: String, _ convention: Convention, to figures: inout LayerFigures
  ) {
    for (key, value) in [
      "effective_rank": centered.effectiveRank,
      "effective_rank_covariance": centered.effectiveRankCovariance,
      "stable_rank": centered.stableRank, "participation_ratio": centered.participationRatio,
      "nesum": centered.nesum,
    ] {
      figures.record(value, as: key + suffix, convention)
    }
  }

  /// Adds the figures of one layer, and gives its centred spectrum.
  private func add(
    _ rows: EmbeddingRows, to figures: inout LayerFigures
  ) throws(GeometryError) -> Spectrum {
    let centered = try Spectrum(of: rows, centered: true)
    let uncentered = try Spectrum(of: rows, centered: false)
    let normalized = try Spectrum(of: rows, centered: true, rowNormalized: true)
    let plain = Convention(centered: true, rowNormalized: false)
    add(centered, suffix: "", plain, to: &figures)
    figures.record(Double(centered.numericalRank), as: "numerical_rank", plain)
    figures.record(
      uncentered.rankMe, as: "rankme",
      Convention(centered: false, rowNormalized: false, epsilon: Spectrum.rankMeEpsilon))
    if let powerLaw = centered.powerLaw {
      figures.record(powerLaw.exponent, as: "alpha", plain)
      figures.record(powerLaw.determination, as: "alpha_r2", plain)
    }
    figures.spectrum = normalized.logSpectrum.filter(\.isFinite)
    figures.conventions["spectrum"] = Convention(centered: true, rowNormalized: true)
    return centered
  }
}
