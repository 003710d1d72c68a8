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
