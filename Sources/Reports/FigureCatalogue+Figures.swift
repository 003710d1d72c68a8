/// The figures that are known, in the order of the tables.
extension FigureCatalogue {
  static let known: [Entry] =
    information + rank + invariance + tangent + plane + theory + dimension + similarity

  private static let information = [
    Entry(
      key: "linear_top1", name: "Linear accuracy (%)", form: .percent, group: .information,
      meaning: "multinomial logistic regression on standardised frozen features"),
    Entry(
      key: "knn_top1", name: "kNN accuracy (%)", form: .percent, group: .information,
      meaning: "nearest neighbours by cosine, votes weighted exp(cos/0.07)"),
    Entry(
      key: "attribute", name: "Factor", group: .information,
      meaning: "R² of ridge regression, or accuracy, for a known factor of the images"),
    Entry(
      key: "attributes", name: "Factor", group: .information,
      meaning: "R² of ridge regression, or accuracy, for a known factor of the images"),
    Entry(
      key: "augmentation", name: "Augmentation", group: .information,
      meaning: "R² of decoding, from a view's embedding, how the view was augmented"),
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
      key: "alpha", name: "Spectral decay α", group: .rank,
      meaning: "exponent of the power law fitted to the eigenvalues (2202.05808)"),
    Entry(
      key: "alpha_r2", name: "R² of the fit of α", group: .rank,
      meaning: "how well a power law describes the eigenvalues"),
  ]

  private static let invariance = [
    Entry(
      key: "invariance", name: "Invariance", group: .invariance,
      meaning: "squared distance of two views of a sample over that of two samples: 0 is "
        + "invariant, 1 is not at all; with a generator's name, of views under it alone"),
    Entry(
      key: "invariance_clean", name: "Invariance, clean to view", group: .invariance,
      meaning: "the same between the clean image and one view"),
    Entry(
      key: "invariance_at", name: "Invariance at strength", group: .invariance,
      meaning: "the same under augmentations of a fixed strength, whatever the run's own",
      separator: " "),
    Entry(
      key: "orbit_spread", name: "Orbit spread", group: .invariance,
      meaning: "mean squared distance of a sample's views to their centroid on the sphere"),
    Entry(
      key: "alignment", name: "Alignment", group: .invariance,
      meaning: "mean squared distance of two views on the sphere (Wang & Isola 2020)"),
    Entry(
      key: "uniformity", name: "Uniformity", group: .invariance,
      meaning: "log of the mean Gaussian potential of pairs on the sphere; lower is more even"),
  ]

  private static let tangent = [
    Entry(
      key: "tangent_norm", name: "Tangent norm", group: .tangent,
      meaning: "how fast the embedding moves along a transformation"),
    Entry(
      key: "tangent_norm.factor", name: "Tangent norm of factor", group: .tangent,
      meaning: "how fast the embedding moves along a factor of the data"),
    Entry(
      key: "tangent_gain", name: "Tangent gain", group: .tangent,
      meaning: "how the head stretches a transformation's tangent against a random direction"),
    Entry(
      key: "tangent_gain.factor", name: "Tangent gain of factor", group: .tangent,
      meaning: "how the head stretches a factor's tangent against a random direction"),
  ]

  private static let dimension = [
    Entry(
      key: "intrinsic_dimension", name: "Intrinsic dimension", form: .rank, group: .dimension,
      meaning: "dimension of the set of embeddings, from distances to near neighbours"),
    Entry(
      key: "intrinsic_dimension.two_nn", name: "Intrinsic dimension, TwoNN", form: .rank,
      group: .dimension,
      meaning: "from the ratio of the distances to the two nearest neighbours"),
    Entry(
      key: "intrinsic_dimension.two_nn_censored", name: "Intrinsic dimension, TwoNN censored",
      form: .rank, group: .dimension,
      meaning: "the same, the largest ratios counted as cut off in place of left out"),
    Entry(
      key: "intrinsic_dimension.mle", name: "Intrinsic dimension, MLE", form: .rank,
      group: .dimension,
      meaning: "Levina and Bickel's estimate, its inverses averaged over the samples"),
  ]

  private static let similarity = [
    Entry(
      key: "cka", name: "CKA with", group: .similarity,
      meaning: "linear centred kernel alignment of two layers: 1 is the same geometry",
      separator: " "),
    Entry(
      key: "cka_debiased", name: "CKA, debiased, with", group: .similarity,
      meaning: "the same without the bias that many coordinates and few samples bring",
      separator: " "),
  ]
}
