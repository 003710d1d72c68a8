import Augmentations
import Contrastive
import Datasets
import Foundation
import Measures
import Records
import TestSupport
import Testing
import Torch
import TorchNN

/// What a figure is under the controls that stand beside it.
@Suite(.serialized) struct ControlTests {
  private func model(untrained: Bool = true) throws -> MeasuredModel {
    func network(seed: UInt64) -> (encoder: any Encoder, head: ProjectionHead) {
      Initializer.seeded(by: seed) {
        (
          ResNet.resNet18(width: 4),
          ProjectionHead(.mlp(hidden: [24], output: 8), inputs: 32)
        )
      }
    }
    let (encoder, head) = network(seed: 1)
    var model = MeasuredModel(
      encoder: encoder, head: head,
      splits: try DatasetRequest(
        kind: .sprites, imageSize: 16, trainCount: 80, heldOutCount: 60
      ).load(),
      policy: PolicyPair(.simCLR(strength: 0.5)), policyChoice: "simclr")
    if untrained { model.untrained = { network(seed: 2) } }
    return model
  }

  /// 0.1 has no exact binary form, so the mean of equal rows is another number.
  @Test func theGaussianOfEqualRowsVariesAsLittleAsThey() throws {
    let equal = Tensor.full([60, 4], 0.1, .float64) * Tensor([1.0, -3, 7, 0.3])
    let h = try figures(of: equal, z: normalMatrix(seed: 3, rows: 60, columns: 4))[0]
    #expect(h["effective_rank"] == 0 && h.controls[.gaussian]?["effective_rank"] == 0)
    #expect(h["numerical_rank"] == 0 && h.controls[.gaussian]?["numerical_rank"] == 0)
    #expect(h["neighbour_jaccard.z"] == nil && h["cka.z"] == nil)
  }

  private func figures(of h: Tensor, z: Tensor, labels: [Int]? = nil) throws -> [LayerFigures] {
    try withTemporaryFolder { folder in
      func write(_ tensor: Tensor, _ name: String) throws -> String {
        let url = folder.appendingPathComponent(name)
        try NumPyArray.encode(tensor).write(to: url)
        return url.path
      }
      return try GivenEmbeddings(
        h: write(h, "h.npy"), z: write(z, "z.npy"),
        labels: labels.map { try write(Tensor($0), "y.npy") }
      ).figures()
    }
  }

  /// Two far clusters with unequal coordinates: nothing like a Gaussian but in its mean and covariance.
  private func clusters(rows: Int) -> Tensor {
    let noise = normalMatrix(seed: 3, rows: rows, columns: 6)
    let sides = Tensor(
      (0..<rows).flatMap { [$0 % 2 == 0 ? 4.0 : -4, 0, 0, 0, 0, 0] }, shape: [rows, 6])
    return noise * Tensor([1.0, 3, 1, 0.5, 2, 1]) + sides
  }

  @Test func theGaussianHasTheMeanAndCovarianceAndNothingElse() throws {
    let x = clusters(rows: 4_000)
    let h = try figures(of: x, z: x)[0]
    let gaussian = try #require(h.controls[.gaussian])
    // Ranks are functions of the covariance, whose eigenvalues from 4,000 rows err by √(2/4000), some 2 %.
    for key in ["effective_rank", "effective_rank_covariance", "stable_rank", "rankme"] {
      let ratio = try #require(gaussian[key]) / #require(h[key])
      #expect(ratio.isApproximately(1, within: 0.05), "\(key): \(ratio)")
    }
    // The distribution itself is a Gaussian's: see NormalityTests for how far chance leads.
    #expect(try #require(gaussian["epps_pulley"]) < 1)
    #expect(try #require(h["epps_pulley"]) > 3)
    #expect(abs(try #require(gaussian["kurtosis"])) < 4 * (24.0 / 4_000 / 6).squareRoot())
    #expect(try #require(h["kurtosis"]) < -0.2)
    // Neighbours of a mixture lie within a cluster, closer than those of one wide Gaussian: other pairs are far apart.
    #expect(try #require(gaussian["uniformity"]) != h["uniformity"])
  }

  @Test func theGaussianOfTwoLayersKeepsHowTheyGoTogether() throws {
    let x = clusters(rows: 500)
    let gaussian = try #require(try figures(of: x, z: x * 2)[0].controls[.gaussian])
    #expect(try #require(gaussian["cka.z"]).isApproximately(1, within: 1e-9))
    #expect(try #require(gaussian["procrustes.z"]) < 1e-9)
    #expect(gaussian["neighbour_jaccard.z"] == 1)
  }

  @Test func moreDimensionsThanRowsAreNoHindrance() throws {
    let x = normalMatrix(seed: 4, rows: 20, columns: 50)
    let gaussian = try #require(try figures(of: x, z: x)[0].controls[.gaussian])
    #expect(gaussian["numerical_rank"] == 19)
  }

  @Test func shuffledLabelsShareWhatChanceShares() throws {
    let labels = (0..<2_000).map { $0 % 10 }
    let x = normalMatrix(seed: 5, rows: 2_000, columns: 40)
    let means = Tensor(labels.map(Double.init), shape: [2_000, 1])
    let h = try figures(of: x + means * 3, z: x, labels: labels)[0]
    let share = try #require(h.controls[.shuffled]?["between_class_share"])
    // Of labels that say nothing (C − 1)/(n − 1); 40 coordinates of which one has most of the variance.
    #expect(share.isApproximately(9.0 / 1_999, within: 0.006))
    #expect(try #require(h["between_class_share"]) > 0.9)
  }

  @Test func probesUnderShuffledLabelsReadWhatChanceReads() throws {
    // Two classes far apart in one of three coordinates.
    let labels = (0..<400).map { $0 % 2 }
    let sides = Tensor(
      labels.flatMap { [$0 == 0 ? 5.0 : -5, 0, 0] }, shape: [400, 3])
    let x = normalMatrix(seed: 6, rows: 400, columns: 3) + sides
    let h = try withTemporaryFolder { folder in
      let (rows, classes) = (
        folder.appendingPathComponent("h.npy"), folder.appendingPathComponent("y.npy")
      )
      try NumPyArray.encode(x).write(to: rows)
      try NumPyArray.encode(Tensor(labels)).write(to: classes)
      return try GivenEmbeddings(h: rows.path, labels: classes.path).figures(.evaluation)[0]
    }
    for key in ["linear_top1", "mlp_top1", "knn_top1"] {
      #expect(h[key] == 1, "\(key)")
      // 80 held-out rows of two clusters: a probe that learned nothing calls each cluster one class, and is
      // right in 0, a half or all of them; the mean of a shuffled half is far from all.
      let byChance = try #require(h.controls[.shuffled]?[key])
      #expect(byChance < 0.9, "\(key): \(byChance)")
    }
    #expect(h.controls[.shuffled]?["probe_gap"] == nil)
  }

  @Test func aRandomPlaneHasItsShareOfTheDimensions() throws {
    let h = try #require(try model(untrained: false).figures(.geometry).first)
    let plane = try #require(h.controls[.randomPlane])
    #expect(plane["tangent_overlap"] == 5.0 / 32 && plane["tangent_overlap.r8"] == 8.0 / 32)
    #expect(plane["tangent_overlap_random"] == 5.0 / 32)
    #expect(plane["nullspace_energy.r3"] == 1 - 3.0 / 32)
    #expect(plane["predicted_overlap"] == 5.0 / 32)
    #expect(h.controls[.untrained] == nil)
  }

  @Test func theUntrainedNetworkIsMeasuredLikeTheModelAndTheModelStaysAsItIs() throws {
    let model = try model()
    let layers = try model.figures()
    for layer in layers {
      let untrained = try #require(layer.controls[.untrained])
      for key in ["effective_rank", "lidar", "orbit_spread", "invariance"] {
        #expect(untrained[key] != nil && untrained[key] != layer[key], "\(key) at \(layer.layer)")
      }
      if layer.layer != "h" {
        #expect(layer.controls[.shuffled]?["class_gain"] != nil)
      }
      // Whatever the model has, its control has, too.
      #expect(Set(layer.scalars.keys).subtracting(untrained.keys) == [])
    }
    #expect(try layers == model.figures())
  }

  @Test func severalThreadsFindWhatOneFinds() throws {
    let model = try model()
    let threads = Runtime.threads
    let alone = try model.figures(workers: 1)
    let two = try model.figures(workers: 2)
    #expect(try two == model.figures(workers: 3))
    #expect(Runtime.threads == threads)
    for (one, other) in zip(alone, two) {
      #expect(one.conventions == other.conventions && one.spectrum.count == other.spectrum.count)
      #expect(one.scalarsAndControls.keys == other.scalarsAndControls.keys)
      // Operators sum in another order on another number of threads; fits of few images multiply that.
      for (key, value) in one.scalarsAndControls {
        let found = try #require(other.scalarsAndControls[key])
        #expect(found.isApproximately(value, within: 1e-3 * max(1, abs(value))), "\(key)")
      }
    }
  }

  @Test(arguments: [1, 2]) func anErrorOfOneMeasureIsThrown(_ workers: Int) throws {
    struct Failing: Measure {
      struct Refusal: Error {}
      let figures: [FigureDescriptor] = []
      let occasion = Occasion.always
      let needs: Set<Need> = []
      func measure(_ subject: any Subject, into figures: inout [LayerFigures]) throws {
        throw Refusal()
      }
    }
    let measures = Array(StandardMeasures.all.prefix(8)) + [Failing()]
    #expect(throws: Failing.Refusal.self) {
      try model(untrained: false).figures(.geometry, by: measures, workers: workers)
    }
    // The number of threads is what it was.
    #expect(try !model().figures(.light(samples: 20)).isEmpty)
  }

  @Test func alongTrainingAndWhereTheyAreNotWantedThereAreNoControls() throws {
    var model = try model()
    let light = try model.figures(.light(samples: 40))
    #expect(light.allSatisfy { $0.controls[.untrained] == nil && $0.controls[.gaussian] == nil })
    model.hasControls = false
    let layers = try model.figures(.geometry)
    #expect(layers.allSatisfy { $0.controls[.untrained] == nil && $0.controls[.gaussian] == nil })
  }
}
