import Records
import Torch

extension LayerFigures {
  /// Every figure that N×D embeddings of one layer give by themselves, with its conventions.
  ///
  /// - Throws: `GeometryError` for a tensor that is no matrix, fewer than two rows, NaN or infinity.
  public init(layer: String, embeddings: Tensor) throws(GeometryError) {
    try self.init(layer: layer, rows: EmbeddingRows(embeddings))
  }

  /// The same of rows that need not fit in memory.
  ///
  /// - Throws: `GeometryError` for rows that cannot be read, NaN or infinity.
  public init(layer: String, rows: EmbeddingRows) throws(GeometryError) {
    let centered = try Spectrum(of: rows, centered: true)
    let uncentered = try Spectrum(of: rows, centered: false)
    let normalized = try Spectrum(of: rows, centered: true, rowNormalized: true)
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

  /// Adds `uniformity` of embeddings that are no views, from `n` of them.
  public mutating func addUniformity(_ uniformity: Double, n: Int? = nil) {
    set("uniformity", uniformity, Convention(centered: false, rowNormalized: true, n: n))
  }

  /// Adds `alignment` of two views, from `n` samples.
  public mutating func addAlignment(_ alignment: Double, n: Int? = nil) {
    set("alignment", alignment, Convention(centered: false, rowNormalized: true, n: n, views: 2))
  }

  /// Adds `between_class_share`, from `n` embeddings.
  public mutating func addBetweenClassShare(_ share: Double, n: Int? = nil) {
    set("between_class_share", share, Convention(centered: true, rowNormalized: false, n: n))
  }

  /// Adds an invariance of two views under another policy, from `n` samples.
  public mutating func addInvariance(_ invariance: Double, key: String, n: Int? = nil) {
    set(key, invariance, Convention(centered: false, rowNormalized: false, n: n, views: 2))
  }

  /// Adds `lidar`, from as many views of each of `n` samples.
  public mutating func addLidar(_ rank: Double, views: Int, n: Int? = nil) {
    set(
      "lidar", rank,
      Convention(centered: true, rowNormalized: false, epsilon: lidarEpsilon, n: n, views: views))
  }

  /// Adds `orbit_spread`, from as many views of each of `n` samples.
  public mutating func addOrbitSpread(_ spread: Double, views: Int, n: Int? = nil) {
    set(
      "orbit_spread", spread, Convention(centered: false, rowNormalized: true, n: n, views: views))
  }

  /// Adds `intrinsic_dimension.two_nn`, its censored form, and `intrinsic_dimension.mle`.
  public mutating func add(_ dimension: IntrinsicDimension) {
    let raw = Convention(centered: false, rowNormalized: false, n: dimension.distinctCount)
    var neighbors = raw
    neighbors.k = dimension.neighborCount
    set("intrinsic_dimension.two_nn", dimension.twoNN, raw)
    set("intrinsic_dimension.two_nn_censored", dimension.twoNNCensored, raw)
    set("intrinsic_dimension.mle", dimension.maximumLikelihood, neighbors)
  }

  /// Adds `tangent_norm.NAME`, and `tangent_gain.NAME` where a head was asked.
  public mutating func addTangents(
    along name: String, norm: Double, gain: Double? = nil, n: Int? = nil
  ) {
    let raw = Convention(centered: false, rowNormalized: false, n: n)
    set("tangent_norm.\(name)", norm, raw)
    if let gain { set("tangent_gain.\(name)", gain, raw) }
  }

  /// Adds `tangent_overlap` and `tangent_overlap_random` of planes of one rank, and the largest and the
  /// smallest principal angle.
  ///
  /// - Parameters:
  ///   - suffix: appended to the keys, where several ranks or kinds of planes are compared.
  ///   - n: the number of points at which planes were compared.
  ///   - k: the number of neighbours that a plane was made from.
  public mutating func add(
    _ overlap: SubspaceOverlap, suffix: String = "", n: Int? = nil, k: Int? = nil
  ) {
    let ranked = Convention(
      centered: false, rowNormalized: false, n: n, k: k, rank: overlap.principalAngles.count)
    set("tangent_overlap\(suffix)", overlap.overlap, ranked)
    set("tangent_overlap_random\(suffix)", overlap.random, ranked)
    set("tangent_angle_largest\(suffix)", overlap.principalAngles.first ?? .nan, ranked)
    set("tangent_angle_smallest\(suffix)", overlap.principalAngles.last ?? .nan, ranked)
  }

  /// Adds `nullspace_energy`, and `nullspace_energy_between` where classes are known.
  ///
  /// - Parameters:
  ///   - rank: of the plane outside of which it was measured.
  ///   - suffix: appended to the keys, where several ranks are compared.
  public mutating func add(_ energy: NullSpaceEnergy, rank: Int, suffix: String = "") {
    let ranked = Convention(centered: true, rowNormalized: false, rank: rank)
    set("nullspace_energy\(suffix)", energy.total, ranked)
    if let between = energy.betweenClasses {
      set("nullspace_energy_between\(suffix)", between, ranked)
    }
  }

  /// Adds `predicted_rank`, from `n` samples.
  public mutating func add(_ covariance: ContrastiveCovariance, n: Int? = nil) {
    let raw = Convention(centered: false, rowNormalized: false, n: n, views: 2)
    set("predicted_rank", Double(covariance.predictedRank), raw)
  }

  /// Adds `predicted_overlap` and `predicted_overlap_random`: how far the contrastive covariance's leading
  /// plane is the projector's global one.
  ///
  /// - Parameter suffix: appended to the keys, where several ranks are compared.
  public mutating func addPredicted(_ overlap: SubspaceOverlap, suffix: String = "") {
    let ranked = Convention(
      centered: false, rowNormalized: false, rank: overlap.principalAngles.count, views: 2)
    set("predicted_overlap\(suffix)", overlap.overlap, ranked)
    set("predicted_overlap_random\(suffix)", overlap.random, ranked)
  }

  /// Adds `cka.LAYER` and, where it is defined, `cka_debiased.LAYER`: the similarity with another layer.
  public mutating func add(
    _ similarity: CenteredKernelAlignment, with layer: String, n: Int? = nil
  ) {
    let plain = Convention(centered: true, rowNormalized: false, n: n)
    set("cka.\(layer)", similarity.value, plain)
    if let debiased = similarity.debiased { set("cka_debiased.\(layer)", debiased, plain) }
  }

  private mutating func set(_ key: String, _ value: Double, _ convention: Convention) {
    guard value.isFinite else { return }
    values[key] = value
    conventions[key] = convention
  }
}
