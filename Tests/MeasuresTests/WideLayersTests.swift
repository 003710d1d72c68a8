import Augmentations
import Contrastive
import Datasets
import Geometry
import Measures
import TestSupport
import Testing
import Torch
import TorchNN

/// Layers that are too wide for covariances of all their coordinates to be held.
@Suite(.serialized) struct WideLayersTests {
  private func model(_ head: String) throws -> MeasuredModel {
    try Initializer.seeded(by: 1) {
      let encoder = ResNet.resNet18(width: 4)
      return MeasuredModel(
        encoder: encoder,
        head: ProjectionHead(try HeadArchitecture(parsing: head), inputs: encoder.outputDimension),
        splits: try DatasetRequest(
          kind: .sprites, imageSize: 16, trainCount: 60, heldOutCount: 40
        ).load(),
        policy: PolicyPair(.simCLR(strength: 0.5)), policyChoice: "simclr")
    }
  }

  @Test func prototypesBeyondTheLimitAreLeftOutAndChangeNoFigureOfTheOtherLayers() throws {
    let whole = try model("mlp:24-16,prototypes=40")
    #expect(whole.leftOut == nil)
    var limited = whole
    limited.dimensionLimit = 39
    #expect(limited.leftOut == "z of 40 dimensions: not measured, as 39 dimensions at most are")
    let (all, few) = (try whole.figures(), try limited.figures())
    #expect(all.map(\.layer) == ["h", "head.1", "head.2", "z"])
    #expect(few.map(\.layer) == ["h", "head.1", "head.2"])
    for (before, after) in zip(all, few) {
      for (key, value) in after.values {
        let found = try #require(before[key], "\(after.layer).\(key)")
        #expect(found == value, "\(after.layer).\(key)")
      }
      let gone = Set(before.values.keys).subtracting(after.values.keys)
      // What compares a layer with z, or with what the whole head passes on.
      #expect(
        gone.allSatisfy { key in
          key.hasSuffix(".z")
            || after.layer == "h"
              && [
                "tangent_overlap", "tangent_angle", "nullspace_energy", "predicted_", "negative_",
              ]
              .contains { key.hasPrefix($0) }
        }, "\(gone)")
    }
    #expect(try limited.embeddings().map(\.name) == ["h", "head.1", "head.2", "z"])
    #expect(try limited.embeddings(of: "z")?.shape == [40, 40])
    #expect(try limited.heldOutEmbeddings(atMost: 5).layers.map(\.name) == ["h"])
  }

  @Test func aWideLayerWithinTheHeadLeavesThoseAfterItTheirGains() throws {
    var limited = try model("mlp:40-8")
    let whole = try limited.figures(.geometry)
    limited.dimensionLimit = 32
    let few = try limited.figures(.geometry)
    #expect(few.map(\.layer) == ["h", "z"])
    #expect(few[1]["tangent_gain.hue"] == whole[2]["tangent_gain.hue"])
    #expect(few[1]["tangent_gain.hue"] != nil)
    #expect(few[0]["nullspace_energy"] == whole[0]["nullspace_energy"])
  }

  @Test func anHBeyondTheLimitIsRefused() throws {
    var limited = try model("mlp:24-16")
    limited.dimensionLimit = 31
    #expect(throws: GeometryError.notMeasurable(.tooManyDimensions(found: 32, limit: 31))) {
      try limited.figures(.geometry)
    }
  }

  @Test func aFileOfEmbeddingsBeyondTheLimitIsRefused() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("z.npy")
      try NumPyArray.encode(.zeros([3, 16_385])).write(to: file)
      let error = #expect(throws: GivenEmbeddingsError.self) {
        try GivenEmbeddings(h: nil, z: file.path)
      }
      #expect(error == .tooWide(file: file.path, dimension: 16_385, limit: 16_384))
    }
  }
}
