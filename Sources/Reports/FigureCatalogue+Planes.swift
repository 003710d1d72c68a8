/// The figures of planes at h, and what theory predicts of them.
extension FigureCatalogue {
  static let plane =
    [
      Entry(
        key: "tangent_overlap", name: "Tangent overlap", group: .plane,
        meaning: "overlap of the local plane of the data at h with the projector's local "
          + "subspace, both of dimension r: 1 is the same plane", separator: ", "),
      Entry(
        key: "tangent_overlap_random", name: "Tangent overlap by chance", group: .plane,
        meaning: "the same for a random plane of that dimension", separator: ", "),
      Entry(
        key: "tangent_angle_largest", name: "Largest principal angle", group: .plane,
        meaning: "between the two planes, in radians", separator: ", "),
      Entry(
        key: "tangent_angle_smallest", name: "Smallest principal angle", group: .plane,
        meaning: "between the two planes, in radians", separator: ", "),
    ] + otherPlanes
    + [
      Entry(
        key: "nullspace_energy", name: "Energy the head removes", group: .plane,
        meaning:
          "share of the variance of h outside the projector's leading r-dimensional subspace",
        separator: ", "),
      Entry(
        key: "nullspace_energy_between", name: "Class energy the head removes", group: .plane,
        meaning: "share of the variance of h between classes that lies outside that subspace",
        separator: ", "),
    ]

  private static let otherPlanes = [
    (
      "global", "local plane and global subspace",
      "the local plane and the projector's global subspace"
    ),
    (
      "factors", "factor plane and local subspace",
      "the factors' exact plane and the projector's local subspace"
    ),
    (
      "planes", "local plane and factor plane",
      "the local plane of the data and the factors' exact plane"
    ),
  ].flatMap { pair, name, meaning in
    [
      Entry(
        key: "tangent_overlap.\(pair)", name: "Overlap of \(name)", group: .plane,
        meaning: "overlap of \(meaning)", separator: ", "),
      Entry(
        key: "tangent_overlap_random.\(pair)", name: "Overlap of \(name), by chance", group: .plane,
        meaning: "the same for a random plane", separator: ", "),
      Entry(
        key: "tangent_angle_largest.\(pair)", name: "Largest angle of \(name)", group: .plane,
        meaning: "largest principal angle of \(meaning), in radians", separator: ", "),
      Entry(
        key: "tangent_angle_smallest.\(pair)", name: "Smallest angle of \(name)", group: .plane,
        meaning: "smallest principal angle of \(meaning), in radians", separator: ", "),
    ]
  }

  static let theory = [
    Entry(
      key: "predicted_rank", name: "Predicted rank", form: .count, group: .theory,
      meaning: "positive directions of the contrastive covariance (2110.09348)"),
    Entry(
      key: "negative_share", name: "Negative share", group: .theory,
      meaning: "share of that covariance's weight that is negative, Σ|λ<0| / Σ|λ|"),
    Entry(
      key: "predicted_overlap", name: "Predicted overlap", group: .theory,
      meaning: "overlap of that covariance's leading eigenvectors with the projector's global "
        + "subspace", separator: ", "),
    Entry(
      key: "predicted_overlap_random", name: "Predicted overlap by chance", group: .theory,
      meaning: "the same for a random subspace", separator: ", "),
  ]
}
