import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN
import Training

@Suite struct GradientCacheTests {
  private func largestDifference(_ left: [String: [Double]], _ right: [String: [Double]]) -> Double
  {
    left.map { name, values in
      zip(values, right[name] ?? []).map { ($0 - $1).magnitude }.max() ?? .infinity
    }.max() ?? .infinity
  }

  @Test(arguments: [1, 3, 5, 15])
  func withoutBatchStatisticsPartsAreTheWhole(_ limit: Int) throws {
    let whole = tinyTrainer(.joint, method: .sgd(momentum: 0.9))
    let parts = tinyTrainer(.joint, method: .sgd(momentum: 0.9), encoderLimit: limit)
    let losses = try zip(train(whole), train(parts)).map { ($0 - $1).magnitude }
    // Sums over rows in another order, float32, over six steps.
    #expect(losses.max() ?? 1 < 1e-5)
    #expect(largestDifference(values(whole), values(parts)) < 1e-4)
  }

  @Test func aLimitOfTheWholeBatchChangesNoBit() throws {
    let whole = tinyTrainer(.joint, encoderBatchNorm: true)
    let limited = tinyTrainer(.joint, encoderBatchNorm: true, encoderLimit: 16)
    #expect(try train(whole) == train(limited))
    #expect(values(whole) == values(limited))
  }

  /// With batch normalisation the loss is that of embeddings normalised part by part, and the gradient is that
  /// loss's: checked against one graph over all parts.
  @Test func withBatchStatisticsEachPartIsNormalisedByItsOwn() throws {
    let limit = 8
    let parts = tinyTrainer(
      .joint, method: .sgd(momentum: 0), encoderBatchNorm: true, encoderLimit: limit)
    let reference = tinyTrainer(.joint, method: .sgd(momentum: 0), encoderBatchNorm: true)
    let images = tinyImages(seed: 2)
    let encoder = reference.encoder
    let h = Tensor.concatenated(images.split(limit).map { encoder($0) })
    let loss = reference.objective.loss(of: h, views: 2).loss
    loss.backward()
    reference.encoderOptimizer.learningRate = 0.1
    reference.encoderOptimizer.step()
    let step = try parts.step(on: images, learningRate: 0.1)
    #expect(step.loss.isApproximately(loss.item, within: 1e-6))
    // Running statistics included: each part counts once, not twice.
    #expect(largestDifference(values(parts, "encoder."), values(reference, "encoder.")) < 1e-6)
    let whole = tinyTrainer(.joint, method: .sgd(momentum: 0), encoderBatchNorm: true)
    #expect((try whole.step(on: images, learningRate: 0.1).loss - step.loss).magnitude > 1e-3)
  }

  @Test func otherSchedulesTakePartsToo() throws {
    for schedule in [
      Alternating(headSteps: 2, batch: .fresh) as any HeadSchedule, Unrolled(steps: 2),
    ] {
      let whole = tinyTrainer(schedule, method: .sgd(momentum: 0.9))
      let parts = tinyTrainer(schedule, method: .sgd(momentum: 0.9), encoderLimit: 5)
      // Few steps: a rounding error that carries a unit over ReLU's kink grows fast in second order.
      try train(whole, steps: 2)
      try train(parts, steps: 2)
      #expect(largestDifference(values(whole), values(parts)) < 1e-5)
    }
  }
}
