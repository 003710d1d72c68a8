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
    addInvarianceOfClean(views.cleanInvariance)
    set("alignment", views.alignment, unit)
    // Over pairs of samples, a view of each.
    set("uniformity", views.uniformity, Convention(centered: false, rowNormalized: true, views: 1))
    conventions["invariance_at"] = raw
  }

  /// Adds `invariance_clean`, of the embeddings themselves and one view of each of `n` samples.
  public mutating func addInvarianceOfClean(_ invariance: Double, n: Int? = nil) {
    let raw = Convention(centered: false, rowNormalized: false, n: n, views: 1)
    set("invariance_clean", invariance, raw)
  }

  /// Adds `uniformity` of `n` embeddings; `views` is 1 where each is a view.
  public mutating func addUniformity(_ uniformity: Double, n: Int? = nil, views: Int? = nil) {
    let unit = Convention(centered: false, rowNormalized: true, n: n, views: views)
    set("uniformity", uniformity, unit)
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
    func neighbors(_ count: Int) -> Convention {
      Convention(centered: false, rowNormalized: false, n: dimension.distinctCount, k: count)
    }
    set("intrinsic_dimension.two_nn", dimension.twoNN, neighbors(2))
    set("intrinsic_dimension.two_nn_censored", dimension.twoNNCensored, neighbors(2))
    set("intrinsic_dimension.mle", dimension.maximumLikelihood, neighbors(dimension.neighborCount))
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
  ///   - anchors: the number of points at which the head was differentiated for the plane.
  ///   - suffix: appended to the keys, where several ranks are compared.
  public mutating func add(
    _ energy: NullSpaceEnergy, rank: Int, anchors: Int? = nil, suffix: String = ""
  ) {
    let ranked = Convention(centered: true, rowNormalized: false, rank: rank, anchors: anchors)
    set("nullspace_energy\(suffix)", energy.total, ranked)
    if let between = energy.betweenClasses {
      set("nullspace_energy_between\(suffix)", between, ranked)
    }
  }

  /// Adds `predicted_rank` and, where X is not zero, `negative_share`.
  public mutating func add(_ covariance: ContrastiveCovariance) {
    let convention = covariance.convention
    set("predicted_rank", Double(covariance.predictedRank), convention)
    set("negative_share", covariance.negativeShare ?? .nan, convention)
  }

  /// Adds `predicted_overlap` and `predicted_overlap_random`: how far the contrastive covariance's leading
  /// plane is the projector's global one.
  ///
  /// - Parameters:
  ///   - covariance: whose plane it is.
  ///   - anchors: the number of points at which the head was differentiated for its plane.
  ///   - suffix: appended to the keys, where several ranks are compared.
  public mutating func addPredicted(
    _ overlap: SubspaceOverlap, of covariance: ContrastiveCovariance, anchors: Int? = nil,
    suffix: String = ""
  ) {
    var ranked = covariance.convention
    ranked.rank = overlap.principalAngles.count
    ranked.anchors = anchors
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

extension ContrastiveCovariance {
  /// What its figures depend on.
  fileprivate var convention: Convention {
    var convention = Convention(
      centered: false, rowNormalized: false, n: sampleCount, views: 2, batch: batchSize)
    switch weighting {
    case .ntXent(let temperature):
      (convention.weighting, convention.temperature) = ("nt_xent", temperature)
    case .squaredDistance: convention.weighting = "squared_distance"
    }
    return convention
  }
}
