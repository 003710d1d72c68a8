import Augmentations
import Contrastive
import Datasets
import Evaluation
import Measures
import TestSupport
import Testing
import TorchNN

/// Which figures there are, and that those which cannot be measured are absent.
@Suite(.serialized) struct MeasurementKeysTests {
  private func model(
    head: String = "mlp:64-8", policy: PolicyPair = PolicyPair(.simCLR(strength: 0.5)),
    splits: DatasetSplits? = nil,
    softmax: PairSoftmax? = PairSoftmax(temperature: 0.2, batchSize: 256)
  ) throws -> MeasuredModel {
    try Initializer.seeded(by: 1) {
      let encoder = ResNet.resNet18(width: 4)
      let architecture = try HeadArchitecture(parsing: head)
      return MeasuredModel(
        encoder: encoder,
        head: ProjectionHead(architecture, inputs: encoder.outputDimension),
        splits: try splits ?? sprites(), policy: policy, policyChoice: "simclr",
        softmax: softmax)
    }
  }

  private func sprites(heldOut: Int = 60) throws -> DatasetSplits {
    try DatasetRequest(
      kind: .sprites, imageSize: 16, trainCount: 80, heldOutCount: heldOut
    ).load()
  }

  private let spectrum = [
    "effective_rank", "effective_rank_covariance", "stable_rank", "participation_ratio",
    "numerical_rank", "nesum", "rankme", "epps_pulley", "kurtosis",
  ]
  /// z of 8 dimensions is the narrowest layer.
  private let projected = [
    "effective_rank.pca8", "effective_rank_covariance.pca8", "stable_rank.pca8",
    "participation_ratio.pca8", "nesum.pca8",
  ]
  private let views = [
    "invariance", "invariance_clean", "alignment", "uniformity", "lidar", "orbit_spread",
  ]
  private let dimension = [
    "intrinsic_dimension.two_nn", "intrinsic_dimension.two_nn_censored", "intrinsic_dimension.mle",
  ]
  private let parts = ["crop", "flip", "brightness", "contrast", "saturation", "hue", "grey"]
  private let decoded = [
    "crop_x", "crop_y", "crop_log_area", "crop_log_aspect", "flip", "brightness", "contrast",
    "saturation", "hue", "grey",
  ]
  private let paths = ["rotation", "hue", "saturation", "blur"]
  private let regions = [
    "head_regions", "head_regions.same_sample", "head_regions.two_samples", "head_regions.rank",
  ]
  private var directions: [String] {
    Generator.allCases.map(\.rawValue) + SpriteFactor.allCases.map { "factor.\($0.rawValue)" }
  }

  private var ofEveryLayer: [String] {
    spectrum + projected + views + dimension + [
      "knn_top1", "linear_top1", "mlp_top1", "probe_gap", "between_class_share", "weight_norm",
    ]
      + ["rotation", "hue", "scale", "crop_x", "crop_y"].flatMap {
        ["transformation.\($0)", "transformation_mlp.\($0)"]
      } + ["rotation_top1", "rotation_mlp_top1"]
      + paths.flatMap { ["path_curvature.\($0)", "orbit_spread.\($0)"] }
      + parts.map { "invariance.\($0)" }
      + ["0.25", "0.5", "1.0"].flatMap { s in parts.map { "invariance_at.\(s).\($0)" } }
      + decoded.map { "augmentation.\($0)" } + directions.map { "tangent_norm.\($0)" }
      + (SpriteFactor.allCases.map(\.rawValue) + ["texture"]).map { "attribute.\($0)" }
  }

  /// z has 8 dimensions, and so have the head's planes at a point; over all points it passes on more.
  private var ofPlanes: [String] {
    let measures = [
      "tangent_overlap", "tangent_overlap_random", "tangent_angle_largest",
      "tangent_angle_smallest",
    ]
    let local = [1, 2, 3, 5, 8].flatMap { rank in measures.map { "\($0).r\(rank)" } }
    let global = MeasurementSizes.ranks.flatMap { rank in
      measures.map { "\($0).global.r\(rank)" } + [
        "nullspace_energy.r\(rank)", "nullspace_energy_between.r\(rank)",
        "predicted_overlap.r\(rank)", "predicted_overlap_random.r\(rank)",
      ]
    }
    let factors = measures.map { "\($0).planes.r13" }
    return measures + local + global + factors + [
      "nullspace_energy", "nullspace_energy_between", "predicted_rank", "negative_share",
      "predicted_overlap", "predicted_overlap_random",
    ]
  }

  @Test func everyFigureIsThereForEveryLayer() throws {
    let layers = try model().figures()
    #expect(layers.map(\.layer) == ["h", "head.1", "z"])
    for figures in layers {
      let others = layers.map(\.layer).filter { $0 != figures.layer }
      var expected =
        ofEveryLayer
        + others.flatMap {
          ["cka.\($0)", "cka_debiased.\($0)", "neighbour_jaccard.\($0)", "procrustes.\($0)"]
        }
      if figures.layer == "h" {
        expected += ofPlanes + regions
      } else {
        expected += directions.map { "tangent_gain.\($0)" } + ["class_gain"]
      }
      // Units that are never active leave eigenvalues of zero, to which no power law is fitted.
      let wrong = Set(figures.values.keys).symmetricDifference(expected)
        .subtracting(["alpha", "alpha_r2"])
      #expect(wrong.isEmpty, "\(figures.layer)")
      #expect(!figures.values.values.contains { !$0.isFinite })
      #expect(figures.invarianceAt.keys.sorted() == ["0.25", "0.5", "1.0"])
      for key in figures.values.keys { #expect(figures.conventions[key] != nil, "\(key)") }
    }
  }

  @Test func aFigureSaysWhatItWasMeasuredOn() throws {
    let layers = try model().figures(.geometry)
    #expect(layers[2].conventions["lidar"]?.views == 10)
    #expect(layers[0].conventions["tangent_overlap"]?.rank == 5)
    #expect(layers[0].conventions["tangent_overlap"]?.k == 30)
    #expect(layers[0].conventions["tangent_overlap"]?.n == 60)
    #expect(layers[2].conventions["invariance.hue"]?.n == 60)
    // Twelve held-out samples of ten views.
    #expect(layers[2].conventions["augmentation.crop_x"]?.n == 120)
    #expect(layers[2].conventions["augmentation.crop_x"]?.fitted == 480)
    // Of sixty held-out samples fifty, the largest multiple of 25, in four views each.
    for key in ["transformation.scale", "transformation_mlp.crop_y", "rotation_top1"] {
      #expect(layers[1].conventions[key]?.n == 40 && layers[1].conventions[key]?.fitted == 160)
      #expect(layers[1].conventions[key]?.views == 4)
    }
    #expect(layers[0].conventions["nullspace_energy.r3"]?.rank == 3)
    #expect(layers[0].conventions["nullspace_energy.r3"]?.anchors == 60)
    let overlap = try #require(layers[0].conventions["predicted_overlap.r2"])
    #expect(overlap.rank == 2 && overlap.anchors == 60 && overlap.n == 60)
  }

  @Test func predictionsAreOfAFixedNumberOfSamplesAndSayOfWhat() throws {
    let splits = try sprites(heldOut: 530)
    let figures = try model(splits: splits).figures(.light(samples: 530))[0]
    #expect(figures.n == 530)
    for key in ["predicted_rank", "negative_share"] {
      let convention = try #require(figures.conventions[key])
      #expect(convention.n == 512 && convention.batch == 256 && convention.views == 2)
      #expect(convention.temperature == 0.2 && convention.weighting == "nt_xent")
    }
    let fewer = try model(splits: splits).figures(.light(samples: 515))[0]
    #expect(fewer["negative_share"] == figures["negative_share"])
  }

  @Test func newerFiguresSayWhatTheyWereMeasuredOn() throws {
    let layers = try model().figures(.geometry)
    #expect(layers[1].conventions["effective_rank.pca8"]?.rank == 8)
    #expect(layers[2]["effective_rank.pca8"] == layers[2]["effective_rank"])
    #expect(layers[0].conventions["kurtosis"]?.rank == 10)
    #expect(layers[2].conventions["kurtosis"]?.rank == 8)
    #expect(layers[0].conventions["procrustes.z"]?.rank == 32)
    #expect(layers[0].conventions["path_curvature.blur"]?.views == 5)
    #expect(layers[0].conventions["head_regions.same_sample"]?.views == 2)
    let trained = try model().figures(.light(samples: 60))
    #expect(trained[1].conventions["class_gain"]?.n == 32)
    #expect(trained[0].conventions["head_regions.rank"]?.n == 32)
  }

  @Test(arguments: ["mlp:64-8,gelu", "linear:8", "none", "mlp:24-16,prototypes=40"])
  func aHeadThatIsNotOfReLUsHasNoRegions(_ head: String) throws {
    let keys = try model(head: head).figures(.light(samples: 60))[0].values.keys
    #expect(!keys.contains { $0.hasPrefix("head_regions") })
  }

  @Test func anUntrainedHeadWithBatchNormIsAffineInPiecesAndLeavesClassesAsTheyAre() throws {
    let layers = try model(head: "mlp:512-256,bn").figures(.light(samples: 60))
    let regions = try #require(layers[0]["head_regions"])
    #expect(regions >= 1 && regions <= 60)
    let (same, two) = (
      try #require(layers[0]["head_regions.same_sample"]),
      try #require(layers[0]["head_regions.two_samples"])
    )
    #expect(same >= two)
    // Of 32 coordinates at most; no map of a region has more.
    #expect(try #require(layers[0]["head_regions.rank"]) <= 32)
    // 512 random rows stretch all directions alike to some hundredths; half of them, and of these products, to a tenth.
    #expect(try #require(layers[1]["class_gain"]).isApproximately(1, within: 0.3))
  }

  @Test func anObjectiveWithoutASoftmaxPredictsNothing() throws {
    let layers = try model(softmax: nil).figures(.light(samples: 60))
    #expect(layers[0]["tangent_overlap"] != nil)
    #expect(!layers[0].values.keys.contains { $0.hasPrefix("predicted") })
    #expect(layers[0]["negative_share"] == nil)
  }

  @Test func aMistakeIsNotTakenForAFigureThatCannotBeMeasured() throws {
    let known = try sprites()
    func with(_ kind: Factor.Kind, _ data: ImageDataset) -> ImageDataset {
      ImageDataset(
        name: "mixed", height: 16, width: 16, pixels: data.pixels,
        factors: [
          Factor(name: "x", kind: kind, values: (0..<data.count).map { Float($0 % 5) })
        ])
    }
    let mixed = DatasetSplits(
      train: with(.linear, known.train), heldOut: with(.circular(period: 5), known.heldOut))
    #expect(throws: EvaluationError.wrongInput(.unequalFactors)) {
      try model(splits: mixed).figures(.evaluation)
    }
  }

  @Test func oneClassHasNoAccuracy() throws {
    let known = try sprites()
    func alike(_ data: ImageDataset) -> ImageDataset {
      ImageDataset(
        name: "alike", height: 16, width: 16, pixels: data.pixels,
        labels: [Int](repeating: 0, count: data.count), classNames: ["all"])
    }
    let splits = DatasetSplits(train: alike(known.train), heldOut: alike(known.heldOut))
    for figures in try model(splits: splits).figures(.evaluation) {
      #expect(figures["knn_top1"] == nil && figures["linear_top1"] == nil)
    }
  }

  @Test func theLightExtentIsAPartOfTheOthers() throws {
    let light = try model().figures(.light(samples: 60))
    let full = try model().figures(.geometry)
    let expected = spectrum + dimension + ["invariance", "alignment", "uniformity"]
    for (light, full) in zip(light, full) {
      for key in expected { #expect(light[key] != nil && light[key] == full[key], "\(key)") }
      #expect(Set(light.values.keys).isSubset(of: full.values.keys))
    }
    #expect(light[0]["tangent_overlap"] != nil && light[0]["predicted_rank"] != nil)
    #expect(try model().figures(.light(samples: 40))[0].n == 40)
  }

  @Test func withoutAHeadThereIsNeitherGainNorSubspace() throws {
    let layers = try model(head: "none").figures(.geometry)
    #expect(layers.map(\.layer) == ["h"])
    let keys = layers[0].values.keys
    #expect(keys.contains("tangent_norm.hue") && keys.contains("predicted_rank"))
    #expect(keys.contains("tangent_overlap.planes.r13"))
    for prefix in ["tangent_gain", "nullspace", "predicted_overlap", "cka"] {
      #expect(!keys.contains { $0.hasPrefix(prefix) }, "\(prefix)")
    }
    #expect(!keys.contains("tangent_overlap"))
    let linear = try model(head: "linear:8").figures(.geometry)
    #expect(linear.map(\.layer) == ["h", "z"])
    #expect(linear[0]["tangent_overlap"] != nil && linear[1]["tangent_gain.hue"] != nil)
  }

  @Test(arguments: [2, 5, 30])
  func aFewHeldOutImagesAreEnoughForWhatTheyAllow(_ count: Int) throws {
    let layers = try model(splits: sprites(heldOut: count)).figures()
    for figures in layers {
      #expect(figures.n == count && figures["effective_rank"] != nil)
      #expect(figures["tangent_norm.hue"] != nil && figures["invariance.crop"] != nil)
      #expect(!figures.values.values.contains { !$0.isFinite })
      #expect((figures["intrinsic_dimension.mle"] != nil) == (count > 20))
    }
    // Thirty neighbours of each need thirty-one.
    #expect(layers[0]["tangent_overlap"] == nil && layers[0]["nullspace_energy.r1"] != nil)
  }

  @Test func imagesWithoutLabelsAndFactorsHaveNoFiguresOfThese() throws {
    let known = try sprites()
    func bare(_ data: ImageDataset) -> ImageDataset {
      ImageDataset(name: "bare", height: 16, width: 16, pixels: data.pixels)
    }
    let splits = DatasetSplits(train: bare(known.train), heldOut: bare(known.heldOut))
    let layers = try model(splits: splits).figures()
    for key in layers.flatMap(\.values.keys) {
      #expect(!key.contains("attribute") && !key.contains("factor") && !key.contains("probe"))
      #expect(!key.contains("top1") || key.hasPrefix("rotation"))
      #expect(!key.contains("between"))
    }
    #expect(layers[0]["nullspace_energy"] != nil && layers[0]["tangent_norm.rotation"] != nil)
  }

  @Test func aPolicyThatDoesNothingHasNoPartsAndNothingToDecode() throws {
    let layers = try model(policy: PolicyPair(Policy())).figures(.geometry)
    #expect(layers[0]["invariance"] == 0 && layers[0]["orbit_spread"] != nil)
    for key in layers.flatMap(\.values.keys) {
      #expect(!key.hasPrefix("invariance.") && !key.hasPrefix("augmentation."))
    }
    // The fixed strengths are those of the family.
    #expect(layers[0]["invariance_at.0.5.crop"] != nil)
  }
}
