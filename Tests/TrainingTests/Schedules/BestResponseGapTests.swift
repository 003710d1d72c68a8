import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN
import Training

@Suite struct BestResponseGapTests {
  private let batch = ViewBatch(tinyImages(seed: 40))

  @Test func itIsWhatFurtherHeadStepsGain() throws {
    let trainer = tinyTrainer(.joint, method: .sgd(momentum: 0))
    let gap = try #require(trainer.bestResponseGap(on: batch, steps: 1, learningRate: 0.2))

    // The same by hand: one step of gradient descent on φ, weight decay included.
    let encoder = trainer.encoder
    let objective = trainer.objective
    let h = withoutGradients { encoder(batch.images) }
    let phi = objective.parameters.map(\.parameter)
    let loss = objective.loss(of: h, views: 2).loss
    let slopes = gradients(of: loss, withRespectTo: phi.map(\.tensor))
    let moved = try zip(phi, slopes).map { parameter, slope in
      let weight = parameter.tensor.detached()
      return weight - (try #require(slope) + weight * 0.01) * 0.2
    }
    let after = withParameters(phi, replacedBy: moved) { objective.loss(of: h, views: 2).loss.item }
    // Two float32 losses of about 2, subtracted.
    #expect(gap.isApproximately(loss.item - after, within: 1e-6))
    #expect(gap > 0.005)
  }

  @Test func itLeavesNoTrace() throws {
    let head = HeadArchitecture.mlp(hidden: [7], output: 4, batchNorm: true)
    let trainer = tinyTrainer(.joint, head: head, encoderBatchNorm: true)
    try train(trainer, steps: 2)
    let before = values(trainer)
    _ = trainer.bestResponseGap(on: batch, steps: 5, learningRate: 0.1)
    #expect(values(trainer) == before)
    #expect(trainer.objective.parameters.allSatisfy { $0.parameter.tensor.gradient == nil })
  }

  @Test func itShrinksAsTheHeadNearsItsBestResponse() throws {
    let trainer = tinyTrainer(.alternating(headSteps: 1))
    let first = try #require(trainer.bestResponseGap(on: batch, steps: 10, learningRate: 0.01))
    for _ in 0..<300 { _ = try trainer.step(on: batch, learningRate: 0, headLearningRate: 0.01) }
    // Two head steps a time under alternating, so φ is near its optimum on this batch.
    let last = try #require(trainer.bestResponseGap(on: batch, steps: 10, learningRate: 0.01))
    #expect(last < first / 10)
  }

  @Test func withoutParametersThereIsNone() {
    let trainer = tinyTrainer(NoHead(), head: .none)
    #expect(trainer.bestResponseGap(on: batch, steps: 3, learningRate: 0.1) == nil)
  }
}
