import Augmentations
import Contrastive
import Datasets
import Geometry
import Measures
import Records
import TestSupport
import Testing
import Torch
import TorchNN

/// Layers before h, measured like those of the head.
@Suite(.serialized) struct TrunkLayersTests {
  private func model(
    _ encoder: any Encoder, layers: MeasuredModel.Layers, head: HeadArchitecture
  ) throws -> MeasuredModel {
    try MeasuredModel(
      encoder: encoder, head: ProjectionHead(head, inputs: encoder.outputDimension),
      splits: DatasetRequest(
        kind: .sprites, imageSize: 16, trainCount: 60, heldOutCount: 40
      ).load(),
      policy: PolicyPair(.simCLR(strength: 0.5)), policyChoice: "simclr", layers: layers)
  }

  @Test func aResNetsStagesHaveAllFiguresThatAreNotOfHOrTheHead() throws {
    let encoder = Initializer.seeded(by: 1) { ResNet.resNet18(width: 4) }
    let head = HeadArchitecture.mlp(hidden: [16], output: 8)
    let usual = try Initializer.seeded(by: 3) { try model(encoder, layers: .head, head: head) }
    var all = usual
    all.layers = .all
    let (few, many) = (try usual.figures(), try all.figures())
    #expect(few.map(\.layer) == ["h", "head.1", "z"])
    #expect(many.map(\.layer) == ["stage1", "stage2", "stage3", "h", "head.1", "z"])
    #expect(many.map(\.dimension) == [4, 8, 16, 32, 16, 8])
    // What is measured besides changes no figure but those that name the other layer.
    for (before, after) in zip(few, many.dropFirst(3)) {
      for (key, value) in before.values {
        let found = try #require(after[key], "\(after.layer).\(key)")
        #expect(abs(found - value) <= 1e-4 * abs(value) + 1e-5, "\(after.layer).\(key)")
      }
    }
    for figures in many {
      for key in figures.values.keys {
        try FigureCatalogue.standard.check(key, at: figures.layer)
      }
    }
    for stage in many.prefix(3) {
      for key in [
        "linear_top1", "effective_rank", "invariance", "invariance.hue", "lidar", "alignment",
        "tangent_norm.rotation", "tangent_norm.factor.hue", "intrinsic_dimension.two_nn",
        "cka.h", "neighbour_jaccard.z", "attribute.position_x", "augmentation.flip",
      ] {
        #expect(stage[key]?.isFinite == true, "\(stage.layer).\(key)")
      }
      #expect(!stage.values.keys.contains { $0.hasPrefix("tangent_gain") })
      #expect(stage["nullspace_energy"] == nil && stage["predicted_rank"] == nil)
    }
  }

  @Test func tangentsOfAVisionTransformersBlocksAreThoseOfDifferences() throws {
    let size = VisionTransformer.Size(patch: 4, width: 64, depth: 2)
    let encoder = Initializer.seeded(by: 1) { VisionTransformer(size, imageSize: 16) }
    let exact = VisionTransformer(size, imageSize: 16)
    try exact.load(encoder.state)
    exact.convert(to: .float64)
    let model = try model(encoder, layers: .all, head: .none)
    let measured = try model.figures(.geometry)
    #expect(measured.map(\.layer) == ["block1", "block2", "h"])
    let all = try DatasetRequest(
      kind: .sprites, imageSize: 16, trainCount: 60, heldOutCount: 40
    ).load().heldOut
    let source = ViewSource(
      all, policy: PolicyPair(.simCLR(strength: 0.5)), seed: 0, device: .cpu)
    // Fewer held-out images than are sampled: the order does not matter for a mean.
    let images = source.cleanImages(of: Array(0..<40)).to(.float64)
    let direction = Generator.brightness.tangents(of: images, border: .replicate)
    let step = 1e-4
    inEvaluationMode([exact]) {
      withoutGradients {
        for (index, figures) in measured.enumerated() {
          let layer = { (images: Tensor) in exact.trace(images)[index].embedding }
          let ahead = layer(images + direction * step)
          let quotient = (ahead - layer(images - direction * step)) / (2 * step)
          let norm = quotient.norm(along: 1).mean().item
          let value = figures["tangent_norm.brightness"] ?? .nan
          // What is measured is in float32.
          #expect(abs(value / norm - 1) < 1e-3, "\(figures.layer): \(value) and \(norm)")
        }
      }
    }
  }

  @Test func embeddingsOfOneLayerAreThoseThatItHasAmongAll() throws {
    let encoder = Initializer.seeded(by: 1) { ResNet.resNet18(width: 4) }
    let model = try model(encoder, layers: .all, head: .mlp(hidden: [16], output: 8))
    let all = try model.embeddings()
    #expect(model.layerNames == all.map(\.name))
    for (name, embedding) in all {
      let alone = try #require(try model.embeddings(of: name))
      #expect(alone.scalars(Float.self) == embedding.scalars(Float.self), "\(name)")
    }
    #expect(try model.embeddings(of: "stage4") == nil)
    #expect(try model.embeddings(of: "y") == nil)
  }

  @Test func theTailIsHTheHeadAndTheLayerBeforeTheLastStage() throws {
    let encoder = Initializer.seeded(by: 1) { ResNet.resNet18(width: 4) }
    let head = HeadArchitecture.mlp(hidden: [16], output: 8)
    let tail = try model(encoder, layers: .tail, head: head)
    var all = tail
    all.layers = .all
    let (few, many) = (try tail.figures(.light(samples: 40)), try all.figures(.light(samples: 40)))
    #expect(few.map(\.layer) == ["stage3", "h", "head.1", "z"])
    #expect(few[0].values == many[2].values.filter { few[0][$0.key] != nil })
    #expect(few[0]["effective_rank.pca8"] == nil && few[1]["effective_rank.pca8"] != nil)
    #expect(try tail.embeddings(of: "stage1")?.shape == [40, 4])
    let size = VisionTransformer.Size(patch: 4, width: 64, depth: 3)
    let transformer = Initializer.seeded(by: 1) { VisionTransformer(size, imageSize: 16) }
    let layers = try model(transformer, layers: .tail, head: .none).figures(.light(samples: 40))
    #expect(layers.map(\.layer) == ["block2", "h"])
    #expect(layers.allSatisfy { $0["weight_norm"] != nil })
  }

  @Test func weightNormsAreThoseOfAStagesKernels() throws {
    let encoder = Initializer.seeded(by: 1) { ResNet.resNet18(width: 4) }
    let head = HeadArchitecture.mlp(hidden: [16], output: 8)
    let model = try model(encoder, layers: .tail, head: head)
    let before = try model.figures(.light(samples: 40))
    func norm(_ state: [String: Tensor], _ prefix: String) -> Double {
      state.filter { $0.key.hasPrefix(prefix) && $0.value.rank >= 2 }.values
        .map { $0.detached().to(.float64).squared().sum().item }.reduce(0, +).squareRoot()
    }
    for (layer, prefix) in [(0, "layer3."), (1, "layer4.")] {
      let expected = norm(encoder.state, prefix)
      let found = try #require(before[layer]["weight_norm"])
      #expect(expected > 1 && found.isApproximately(expected, relative: 1e-12))
    }
    // Twice the weights have twice the norm, whatever becomes of the embeddings.
    withoutGradients {
      for tensor in encoder.state.values where tensor.rank >= 2 { tensor.multiply(by: 2) }
    }
    let after = try model.figures(.light(samples: 40))
    for layer in 0..<2 {
      let ratio =
        try #require(after[layer]["weight_norm"])
        / #require(before[layer]["weight_norm"])
      #expect(ratio.isApproximately(2, relative: 1e-6))
    }
  }

  @Test func layersStandInTheOrderOfTheNetwork() {
    let names = ["z", "head.2", "h", "block10", "block2", "head.1", "stage3", "stage1", "x"]
    #expect(
      LayerFigures.canonicalOrder(of: names)
        == ["stage1", "block2", "stage3", "block10", "h", "head.1", "head.2", "z", "x"])
    for name in ["stage0", "stage01", "block", "block.1", "stages1"] {
      #expect(!FigureKey.isLayer(name), "\(name)")
    }
    #expect(FigureKey.isLayer("block12") && FigureKey.isTrunkLayer("stage1"))
    #expect(!FigurePlace.head.includes("stage1") && !FigurePlace.encoder.includes("stage1"))
  }
}
