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
