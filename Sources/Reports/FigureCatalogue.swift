/// What METRICS.md's figures are called, what they mean and how they are printed.
enum FigureCatalogue {
  /// The parts a table of figures has, in their order.
  enum Group: String, CaseIterable {
    case transfer = "What can be read from the layer"
    case rank = "Spectrum and rank"
    case invariance = "Invariance to the augmentations"
    case tangent = "Tangents and subspaces"
    case dimension = "Dimension and similarity"
    case other = "Other"
  }

  /// How a number is printed.
  enum Form {
    case percent, rank, count, general

    /// The numbers of one row, with as many decimals each, so that they align and compare.
    func texts(_ values: [Double?]) -> [String?] {
      switch self {
      case .percent: values.map { $0.map { Numerals.fixed($0 * 100, 1) } }
      case .rank: Numerals.aligned(values, decimals: 1)
      case .count: Numerals.aligned(values, decimals: 0)
      case .general: Numerals.aligned(values)
      }
    }
  }

  /// One figure.
  struct Entry {
    let key: String
    let name: String
    let form: Form
    let group: Group
    let meaning: String
    /// Stands between the name and what the figure is of.
    var separator = ": "
  }

  /// The figure under `key`. `outer.inner` is `outer` for one `inner`; an unknown key is its own
  /// name.
  static func entry(_ key: String) -> Entry {
    if let known = byKey[key] { return known }
    if let outer = byKey[outer(key)] {
      let inner = String(key.dropFirst(outer.key.count + 1))
      return Entry(
        key: key, name: "\(outer.name)\(outer.separator)\(inner.replacing("_", with: " "))",
        form: outer.form, group: outer.group,
        meaning: outer.meaning)
    }
    return Entry(key: key, name: words(key), form: .general, group: .other, meaning: "")
  }

  /// `keys` in the order of the catalogue, unknown ones by name after those of their group.
  static func ordered(_ keys: some Sequence<String>) -> [Entry] {
    func place(_ entry: Entry) -> Int {
      placeByKey[entry.key] ?? placeByKey[outer(entry.key)] ?? known.count
    }
    return keys.map(entry).sorted { (place($0), $0.key) < (place($1), $1.key) }
  }

  /// The part of `outer.inner` before the dot; all of a key without one.
  static func outer(_ key: String) -> String { String(key.prefix { $0 != "." }) }

  private static func words(_ key: String) -> String {
    let spaced = key.replacing("_", with: " ")
    return spaced.prefix(1).uppercased() + spaced.dropFirst()
  }

  private static let byKey = Dictionary(
    known.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
  private static let placeByKey = Dictionary(
    known.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })

  private static let known: [Entry] = transfer + rank + invariance + tangent + dimension

  private static let transfer = [
    Entry(
      key: "linear_top1", name: "Linear accuracy (%)", form: .percent, group: .transfer,
      meaning: "multinomial logistic regression on standardised frozen features"),
    Entry(
      key: "knn_top1", name: "kNN accuracy (%)", form: .percent, group: .transfer,
      meaning: "nearest neighbours by cosine, votes weighted exp(cos/0.07)"),
    Entry(
      key: "attributes", name: "Attribute", form: .general, group: .transfer,
      meaning: "R² of ridge regression, or accuracy, for a known factor of the images"),
  ]

  private static let rank = [
    Entry(
      key: "effective_rank", name: "Effective rank", form: .rank, group: .rank,
      meaning: "exp of the entropy of the singular values (Roy & Vetterli 2007)"),
    Entry(
      key: "effective_rank_covariance", name: "Effective rank of the covariance", form: .rank,
      group: .rank, meaning: "exp of the entropy of the covariance's eigenvalues"),
    Entry(
      key: "rankme", name: "RankMe", form: .rank, group: .rank,
      meaning: "exp of the entropy of the singular values of the raw embeddings (2210.02885)"),
    Entry(
      key: "lidar", name: "LiDAR", form: .rank, group: .rank,
      meaning: "effective rank of between-sample over within-sample scatter (2312.04000)"),
    Entry(
      key: "stable_rank", name: "Stable rank", form: .rank, group: .rank,
      meaning: "sum of the squared singular values over the largest one's square"),
    Entry(
      key: "participation_ratio", name: "Participation ratio", form: .rank, group: .rank,
      meaning: "squared sum of the eigenvalues over the sum of their squares"),
    Entry(
      key: "nesum", name: "NESum", form: .rank, group: .rank,
      meaning: "sum of the eigenvalues over the largest (He & Ozay 2022)"),
    Entry(
      key: "numerical_rank", name: "Numerical rank", form: .count, group: .rank,
      meaning: "how many singular values stand out of rounding"),
    Entry(
      key: "predicted_rank", name: "Predicted rank", form: .count, group: .rank,
      meaning: "positive directions of the contrastive covariance (2110.09348)"),
    Entry(
      key: "alpha", name: "Spectral decay α", form: .general, group: .rank,
      meaning: "exponent of the power law fitted to the eigenvalues (2202.05808)"),
    Entry(
      key: "alpha_r2", name: "R² of the fit of α", form: .general, group: .rank,
      meaning: "how well a power law describes the eigenvalues"),
  ]

  private static let invariance = [
    Entry(
      key: "invariance", name: "Invariance", form: .general, group: .invariance,
      meaning: "squared distance of two views of a sample over that of two samples: 0 is "
        + "invariant, 1 is not at all"),
    Entry(
      key: "invariance_clean", name: "Invariance, clean to view", form: .general,
      group: .invariance, meaning: "the same between the clean image and one view"),
    Entry(
      key: "invariance_at", name: "Invariance at strength", form: .general, group: .invariance,
      meaning: "the same under augmentations of a fixed strength, whatever the run's own",
      separator: " "),
    Entry(
      key: "orbit_spread", name: "Orbit spread", form: .general, group: .invariance,
      meaning: "mean squared distance of a sample's views to their centroid on the sphere"),
    Entry(
      key: "alignment", name: "Alignment", form: .general, group: .invariance,
      meaning: "mean squared distance of two views on the sphere (Wang & Isola 2020)"),
    Entry(
      key: "uniformity", name: "Uniformity", form: .general, group: .invariance,
      meaning: "log of the mean Gaussian potential of pairs on the sphere; lower is more even"),
  ]

  private static let tangent = [
    Entry(
      key: "tangent_overlap", name: "Tangent overlap", form: .general, group: .tangent,
      meaning: "overlap of the data's tangent plane with the projector's leading subspace"),
    Entry(
      key: "tangent_overlap_random", name: "Tangent overlap by chance", form: .general,
      group: .tangent, meaning: "the overlap of a random plane of that dimension"),
    Entry(
      key: "nullspace_energy", name: "Energy the head removes", form: .general, group: .tangent,
      meaning: "share of the variance of h outside the projector's leading subspace"),
    Entry(
      key: "tangent_norm", name: "Tangent norm", form: .general, group: .tangent,
      meaning: "how fast the embedding moves along a transformation"),
    Entry(
      key: "tangent_gain", name: "Tangent gain", form: .general, group: .tangent,
      meaning: "how the head stretches a transformation's tangent against a random direction"),
  ]

  private static let dimension = [
    Entry(
      key: "intrinsic_dimension", name: "Intrinsic dimension", form: .rank, group: .dimension,
      meaning: "dimension of the set of embeddings, from distances to near neighbours"),
    Entry(
      key: "cka", name: "CKA", form: .general, group: .dimension,
      meaning: "linear centred kernel alignment of two layers: 1 is the same geometry"),
  ]
}
