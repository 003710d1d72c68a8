import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN
import Training

/// Objectives that compare with slow copies, in a training.
@Suite struct SlowCopiesTests {
  private func byol(momentum: Double) -> Trainer {
    tinyTrainer(.joint, encoderBatchNorm: true) {
      BYOL(dimension: $0, hidden: 5, momentum: momentum)
    }
  }

  @Test func theyFollowEncoderAndHeadByTheirMomentum() throws {
    let trainer = byol(momentum: 0.75)
    let before = values(trainer)
    try train(trainer, steps: 1)
    let after = values(trainer)
    let weights = after.keys.filter { $0.hasPrefix("slow_") && !$0.contains("norm.running") }
    #expect(weights.count == 11)
    for name in weights where !name.hasSuffix("num_batches_tracked") {
      let own = String(name.dropFirst("slow_".count))
      let expected = try zip(#require(before[own]), #require(after[own])).map {
        0.75 * $0 + 0.25 * $1
      }
      let slow = try #require(after[name])
      #expect(zip(slow, expected).allSatisfy { $0.isApproximately($1, within: 1e-6) }, "\(name)")
    }
    // Batch statistics of their own, of one forward pass each.
    #expect(after["slow_encoder.norm.num_batches_tracked"] == [1])
    #expect(after["encoder.norm.num_batches_tracked"] == [1])
  }

  @Test func theGapTakesThemIntoAccountAndLeavesThemAlone() throws {
    let trainer = byol(momentum: 0.9)
    try train(trainer, steps: 2)
    let before = values(trainer)
    let gap = trainer.bestResponseGap(
      on: ViewBatch(tinyImages(seed: 70)), steps: 20, learningRate: 0.01)
    #expect(try #require(gap) > 0)
    #expect(values(trainer) == before)
  }

  @Test func parametersOfTheObjectiveMoveWithTheHead() throws {
    let trainer = byol(momentum: 0.9)
    let before = values(trainer, "objective.predictor.")
    try train(trainer, steps: 1, headRate: 0)
    let parameters = { (state: [String: [Double]]) in
      state.filter { $0.key.hasSuffix("weight") || $0.key.hasSuffix("bias") }
    }
    #expect(parameters(values(trainer, "objective.predictor.")) == parameters(before))
    try train(trainer, steps: 1)
    #expect(parameters(values(trainer, "objective.predictor.")) != parameters(before))
  }

  private func compared(_ name: String, encoderBatchNorm: Bool, limit: Int?) -> Trainer {
    tinyTrainer(
      .joint, method: .sgd(momentum: 0.9), encoderBatchNorm: encoderBatchNorm, encoderLimit: limit
    ) { dimension in
      switch name {
      case "byol": BYOL(dimension: dimension, hidden: 5, momentum: 0.8)
      default:
        MomentumContrast(
          temperature: 0.3, queueLength: 32, dimension: dimension, momentum: 0.8)
      }
    }
  }

  @Test(arguments: ["byol", "moco"], [3, 8])
  func theyHoldNoMoreImagesThanTheEncoderAndWithoutBatchStatisticsPartsAreTheWhole(
    _ name: String, _ limit: Int
  ) throws {
    let whole = compared(name, encoderBatchNorm: false, limit: nil)
    let parts = compared(name, encoderBatchNorm: false, limit: limit)
    let losses = try zip(train(whole, steps: 4), train(parts, steps: 4)).map { ($0 - $1).magnitude }
    #expect(try #require(parts.encoder as? TinyEncoder).mostImages == limit)
    // Sums over rows in another order, float32, over four steps.
    #expect(losses.max() ?? 1 < 1e-5)
    let own = values(parts)
    for (name, values) in values(whole) {
      let differences = zip(values, own[name] ?? []).map { ($0 - $1).magnitude }
      #expect(differences.count == values.count && differences.allSatisfy { $0 < 1e-4 }, "\(name)")
    }
    _ = parts.bestResponseGap(on: ViewBatch(tinyImages(seed: 3)), steps: 1, learningRate: 0.1)
    #expect(try #require(parts.encoder as? TinyEncoder).mostImages == limit)
  }

  /// With batch normalisation targets are normalised part by part as the encoder's own output is. In the first step the
  /// copies are the encoder and head themselves.
  @Test(arguments: ["byol", "moco"])
  func withBatchStatisticsTargetsAreNormalisedByTheEncodersParts(_ name: String) throws {
    let parts = compared(name, encoderBatchNorm: true, limit: 8)
    let reference = compared(name, encoderBatchNorm: true, limit: nil)
    let images = tinyImages(seed: 2)
    let encoder = reference.encoder
    let h = Tensor.concatenated(images.split(8).map { encoder($0) })
    let targets = reference.objective.head(h).detached()
    let loss = reference.objective.loss(of: EmbeddedViews(h, views: 2, targets: targets)).loss.item
    #expect(try parts.step(on: images, learningRate: 0.1).loss.isApproximately(loss, within: 1e-6))
    // Each part's statistics count once, in both.
    for copy in ["encoder", "slow_encoder"] {
      #expect(values(parts)["\(copy).norm.num_batches_tracked"] == [2])
    }
    let whole = compared(name, encoderBatchNorm: true, limit: nil)
    #expect((try whole.step(on: images, learningRate: 0.1).loss - loss).magnitude > 1e-4)
  }

  @Test func supervisedLabelsAndManyViewsPassThroughAStep() throws {
    let labels = Tensor([0, 1, 0, 1, 2, 2, 0, 1])
    for views in [2, 4] {
      let trainer = tinyTrainer(.alternating(headSteps: 1)) { _ in
        SupervisedContrastive(temperature: 0.3)
      }
      let losses = try train(trainer, steps: 8, views: views, labels: labels)
      #expect(losses.allSatisfy { $0.isFinite })
    }
  }
}
