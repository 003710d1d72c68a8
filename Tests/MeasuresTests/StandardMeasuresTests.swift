import Augmentations
import Contrastive
import Datasets
import Foundation
import Geometry
import Measures
import Records
import TestSupport
import Testing
import Torch
import TorchNN

/// The catalogue says of the figures what is so.
@Suite struct StandardMeasuresTests {
  @Test func everyFigureOfARunIsInTheCatalogueAtItsLayer() throws {
    let layers = try Initializer.seeded(by: 1) {
      let encoder = ResNet.resNet18(width: 4)
      return try MeasuredModel(
        encoder: encoder, head: ProjectionHead(.mlp(hidden: [24], output: 24), inputs: 32),
        splits: DatasetRequest(
          kind: .sprites, imageSize: 16, trainCount: 80, heldOutCount: 60
        ).load(),
        policy: PolicyPair(.simCLR(strength: 0.5)), policyChoice: "simclr"
      ).figures()
    }
    var measured: Set<String> = []
    for figures in layers {
      for key in figures.scalars.keys {
        try FigureCatalogue.standard.check(key, at: figures.layer)
        measured.insert(try #require(FigureCatalogue.standard.descriptor(of: key)).key)
      }
    }
    // And the catalogue has no figure that nothing measures; a small layer's spectrum has no power law.
    let promised = Set(FigureCatalogue.standard.descriptors.map(\.key))
    #expect(promised.subtracting(measured).subtracting(["alpha", "alpha_r2"]) == [])
  }

  @Test func keysAreSnakeCaseAndEachFigureIsExplained() {
    for figure in FigureCatalogue.standard.descriptors {
      #expect(figure.key.allSatisfy { $0.isLowercase || $0.isNumber || "_.".contains($0) })
      #expect(!figure.name.isEmpty && !figure.meaning.isEmpty, "\(figure.key)")
      #expect(figure.standsAlone || !figure.members.isEmpty, "\(figure.key)")
    }
  }

  @Test func accuraciesOfFilesSayWhatTheyDependOn() throws {
    let x = normalMatrix(seed: 1, rows: 60, columns: 4)
    try withTemporaryFolder { folder in
      let (h, labels) = (
        folder.appendingPathComponent("h.npy"), folder.appendingPathComponent("y.npy")
      )
      try NumPyArray.encode(x).write(to: h)
      try NumPyArray.encode(Tensor((0..<60).map { $0 % 2 })).write(to: labels)
      let figures = try GivenEmbeddings(h: h.path, labels: labels.path).figures(.evaluation)[0]
      // Every fifth row of each class of thirty is held out.
      let neighbors = try #require(figures.conventions["knn_top1"])
      #expect(neighbors.n == 12 && neighbors.fitted == 48 && neighbors.k == 20)
      #expect(neighbors.temperature == 0.07)
      let probe = try #require(figures.conventions["linear_top1"])
      #expect(probe.n == 12 && probe.fitted == 48)
    }
  }

  @Test func oneClassAloneAndRowsTooFewToHoldOutHaveNoProbes() throws {
    try withTemporaryFolder { folder in
      func given(_ labels: [Int]) throws -> GivenEmbeddings {
        let (h, y) = (
          folder.appendingPathComponent("h.npy"), folder.appendingPathComponent("y.npy")
        )
        try NumPyArray.encode(normalMatrix(seed: 2, rows: labels.count, columns: 3)).write(to: h)
        try NumPyArray.encode(Tensor(labels)).write(to: y)
        return try GivenEmbeddings(h: h.path, labels: y.path)
      }
      let one = try given([Int](repeating: 7, count: 40))
      for extent in [Extent.geometry, .evaluation] {
        let figures = try one.figures(extent)[0]
        for key in ["knn_top1", "linear_top1", "mlp_top1", "between_class_share"] {
          #expect(figures[key] == nil)
        }
      }
      #expect(throws: GivenEmbeddingsError.nothingHeldOut(rows: 4)) {
        try given([0, 1, 0, 1]).figures(.evaluation)
      }
    }
  }

  @Test func aFileOfEmbeddingsGivesWhatTheFunctionsGive() throws {
    let x = normalMatrix(seed: 1, rows: 200, columns: 20)
    let views = Tensor.stacked([x, x * 0.9], along: 1)
    try withTemporaryFolder { folder in
      func write(_ tensor: Tensor, _ name: String) throws -> String {
        let url = folder.appendingPathComponent(name)
        try NumPyArray.encode(tensor).write(to: url)
        return url.path
      }
      let given = try GivenEmbeddings(
        h: write(x, "h.npy"), z: write(x * 2, "z.npy"), hViews: write(views, "hv.npy"),
        zViews: write(views, "zv.npy"))
      let h = try given.figures()[0]
      #expect(h.n == 200 && h.dimension == 20)
      #expect(h["effective_rank"] == (try Spectrum(of: x, centered: true).effectiveRank))
      #expect(h["lidar"] == (try lidar(views: [x, x * 0.9])))
      #expect(h["invariance"] == (try invariance(x, x * 0.9)))
      #expect(try #require(h["cka.z"]).isApproximately(1, within: 1e-12))
      #expect(h["neighbour_jaccard.z"] == 1)
      #expect(try #require(h["procrustes.z"]) < 1e-13)
      #expect(h["epps_pulley"] == (try eppsPulley(of: x)))
      #expect(h["kurtosis"] == (try excessKurtosis(of: x).value))
      #expect(h["effective_rank.pca20"] == nil)
      #expect(h.conventions["rankme"]?.epsilon == 1e-7)
      #expect(h.conventions["rankme"]?.centered == false)
      #expect(h.conventions["intrinsic_dimension.mle"]?.k == 20)
      #expect(h.conventions["neighbour_jaccard.z"]?.k == 10)
      for (key, views) in [
        "lidar": 2, "invariance": 2, "invariance_clean": 1, "alignment": 2, "uniformity": 1,
      ] {
        #expect(h.conventions[key]?.views == views, "\(key)")
      }
      #expect(given.missing().map(\.need) == [.labels, .model])
      func keys(_ need: Need, of given: GivenEmbeddings) -> [String] {
        given.missing().filter { $0.need == need }.flatMap { $0.figures.map(\.key) }
      }
      // What views and labels do not give: these need the model besides.
      let ofModels = [
        "invariance_at", "predicted_overlap", "predicted_overlap_random", "class_gain",
      ]
      #expect(keys(.labels, of: given) == ["between_class_share"])
      #expect(Set(ofModels).isSubset(of: keys(.model, of: given)))
      let narrow = x.slice(0..<7, along: 1)
      let layers = try GivenEmbeddings(h: write(x, "h.npy"), z: write(narrow, "narrow.npy"))
        .figures()
      #expect(
        layers[0]["effective_rank.pca7"]
          == (try Spectrum(of: x, centered: true).leading(7).effectiveRank))
      #expect(layers[1]["nesum.pca7"] == layers[1]["nesum"])
      #expect(layers[0].conventions["nesum.pca7"]?.rank == 7)
      let bare = try GivenEmbeddings(h: write(x, "bare.npy"))
      #expect(
        bare.missing().map(\.need) == [.twoLayers, .secondView, .manyViews, .labels, .model])
      for need in [Need.twoLayers, .secondView, .manyViews, .labels] {
        #expect(Set(keys(need, of: bare)).isDisjoint(with: ofModels))
      }
    }
  }
}
