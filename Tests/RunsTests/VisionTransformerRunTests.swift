import Contrastive
import Foundation
import Runs
import RunStore
import TestSupport
import Testing

/// Runs whose encoder is a vision transformer.
@Suite(.serialized) struct VisionTransformerRunTests {
  private func configuration(
    _ change: (inout RunConfiguration) -> Void = { _ in }
  ) -> RunConfiguration {
    tinyRun {
      $0.encoder = .vitMini4
      $0.steps = 2
      $0.trainCount = 32
      $0.heldOutCount = 40
      change(&$0)
    }
  }

  @Test(arguments: VisionTransformer.Pooling.allCases)
  func aRunTrainsAndIsMeasuredWithTangents(_ pooling: VisionTransformer.Pooling) throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      let run = try TrainingRun(
        configuration {
          $0.pool = pooling
          $0.encoderBatchSize = 8
        }, folder: folder)
      guard case .finished(let summary) = try run.run() else {
        Issue.record("not finished")
        return
      }
      #expect(summary.layers["h"]?.dimension == 192)
      #expect(summary.layers["h"]?["tangent_norm.rotation"]?.isFinite == true)
      let saved = try SavedModel(folder) { Issue.record("\($0)") }
      #expect(
        saved.form
          == .visionTransformer(
            VisionTransformer.Size(patch: 4, width: 192, depth: 6), imageSize: 16,
            pooling: pooling))
    }
  }

  @Test func imagesThatDoNotDivideIntoPatchesAreRefused() {
    let error = #expect(throws: ConfigurationError.self) {
      try configuration { $0.imageSize = 18 }.resolved()
    }
    #expect(error == .patches(.vitMini4, imageSize: 18, patch: 4))
  }

  @Test func aRunBeginsWithWeightsForImagesOfAnotherSizeButNotOfAnotherPooling() throws {
    try withTemporaryFolder { parent in
      let source = RunFolder(path: parent.appendingPathComponent("source").path)
      _ = try TrainingRun(configuration { $0.imageSize = 24 }, folder: source).run()
      let file = parent.appendingPathComponent("weights.safetensors")
      var data = Data()
      try SavedModel(source) { Issue.record("\($0)") }.weights(as: .gnomon)
        .encode { (bytes) throws(Never) in data.append(contentsOf: bytes) }
      try data.write(to: file)

      let begun = try TrainingRun(
        configuration { $0.`init` = file.path },
        folder: RunFolder(path: parent.appendingPathComponent("begun").path))
      #expect(begun.notes.contains { $0.hasSuffix("its positions interpolated") })
      #expect(
        throws: ConfigurationError.otherInitialWeights(
          path: file.path, key: "pool", found: "token", expected: "avg")
      ) {
        try TrainingRun(
          configuration {
            $0.`init` = file.path
            $0.pool = .average
          }, folder: RunFolder(path: parent.appendingPathComponent("other").path))
      }
    }
  }
}
