import Contrastive
import Foundation
import Runs
import RunStore
import TestSupport
import Testing
import Torch
import TorchNN

/// Runs whose encoder is a vision transformer.
@Suite(.serialized) struct VisionTransformerRunTests {
  private func configuration(
    _ change: (inout RunConfiguration) -> Void = { _ in }
  ) -> RunConfiguration {
    tinyRun {
      $0.encoder = .vitMini4
      $0.width = RunConfiguration.settings.width.defaultValue
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

  @Test func settingsOfTheOtherKindOfEncoderAreRefused() {
    func refusal(_ change: (inout RunConfiguration) -> Void) -> ConfigurationError? {
      #expect(throws: ConfigurationError.self) { try configuration(change).resolved() }
    }
    #expect(
      refusal { $0.width = 64 }
        == .settingOfOtherEncoders(key: "width", encoder: "vit_mini_patch4"))
    #expect(
      refusal { $0.stem = .imageNet }
        == .settingOfOtherEncoders(key: "stem", encoder: "vit_mini_patch4"))
    #expect(
      refusal {
        $0.encoder = .resNet18
        $0.pool = .average
      } == .settingOfOtherEncoders(key: "pool", encoder: "resnet18"))
    #expect(
      refusal {
        $0.encoder = .resNet50
        $0.width = 513
      } == .tooWide(dimension: 16_416, limit: 16_384))
  }

  @Test func aConfigurationThatSpellsAllSettingsIsReadBackAlsoWhereSomeDoNotApply() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      let run = try TrainingRun(configuration(), folder: folder)
      _ = try run.run()
      let again = try RunConfiguration(path: folder.config.path).resolved()
      #expect(again == run.configuration)
      // As runs were written that took settings of a ResNet's without a word.
      let written = try String(contentsOf: folder.config, encoding: .utf8)
      let spelled = written.replacing("width: 16\n", with: "width: 64\nstem: 'imagenet'\n")
      #expect(spelled != written)
      try Data(spelled.utf8).write(to: folder.config)
      #expect(throws: ConfigurationError.self) {
        try RunConfiguration(path: folder.config.path).resolved()
      }
      let saved = try SavedModel(folder) { Issue.record("\($0)") }
      #expect(saved.configuration == run.configuration)
      let resumed = try TrainingRun(resuming: folder) { Issue.record("\($0)") }
      #expect(resumed.configuration == run.configuration)
    }
  }

  @Test func aFileIsMeasuredOnImagesOfItsOwnSizeUnlessAnotherIsSet() throws {
    try withTemporaryFolder { folder in
      let size = VisionTransformer.Size(patch: 8, width: 64, depth: 1)
      let network = VisionTransformer(size, imageSize: 48)
      var data = Data()
      SafeTensors(network.state).encode { (bytes) throws(Never) in
        data.append(contentsOf: bytes)
      }
      let file = folder.appendingPathComponent("weights.safetensors")
      try data.write(to: file)
      func measured(_ change: (inout RunConfiguration) -> Void) throws -> MeasuredWeights {
        var configuration = RunConfiguration()
        configuration.trainCount = 10
        configuration.heldOutCount = 10
        change(&configuration)
        return try MeasuredWeights(.init(weights: file.path), configuration)
      }
      let isInterpolated = { (model: MeasuredWeights) in
        model.notes.contains { $0.contains("interpolated") }
      }
      let own = try measured { _ in }
      #expect(!isInterpolated(own))
      #expect(own.description["encoder"] == .string("\(network.form)"))
      #expect(isInterpolated(try measured { $0.imageSize = 32 }))
      let error = #expect(throws: ConfigurationError.self) { try measured { $0.stem = .small } }
      #expect(error == .settingOfOtherEncoders(key: "stem", encoder: "\(network.form)"))
    }
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
