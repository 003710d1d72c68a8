import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN
import Training

/// What CONTRIBUTING.md's recipe for an objective gives: pulls the two views of a sample together, and the covariance of
/// all embeddings to the identity.
private struct PullAndWhiten: Objective {
  func loss(of batch: EmbeddedViews) -> Tensor {
    let views = batch.eachView
    let pull = (views[0] - views[1]).squared().sum() / Double(batch.sampleCount)
    let z = batch.embeddings
    let covariance = z.transposed().matmul(z) / Double(z.size(0))
    return pull + (covariance - .eye(z.size(1), z.dtype, on: z.device)).squared().sum()
  }
}

@Suite struct ToyObjectiveTests {
  /// With M = 2N rows Z and C = ZᵀZ/M the gradient is ±2(a − b)/N in the rows of the two views, and 4·Z(C − I)/M in all.
  @Test func theGradientOfAnObjectiveOfOnesOwnIsThatOfItsFormula() throws {
    let z = normal(seed: 3, [10, 4])
    z.requiresGradient = true
    PullAndWhiten().loss(of: z, views: 2).backward()
    let gradient = try #require(z.gradient)

    let rows = z.detached()
    let difference = (rows[0..<5] - rows[5..<10]) * (2.0 / 5)
    let excess = rows.transposed().matmul(rows) / 10 - .eye(4, .float64)
    let expected =
      Tensor.concatenated([difference, -difference]) + rows.matmul(excess) * (4.0 / 10)
    // Sums of ten terms in float64.
    #expect(abs(gradient - expected).max().item < 1e-12)
  }

  @Test(arguments: [ScheduleChoice.joint, .alternating(headSteps: 2, batch: .same)])
  func anObjectiveOfOnesOwnIsTrainedUnderASchedule(_ choice: ScheduleChoice) throws {
    let trainer = tinyTrainer(choice.schedule(seed: 0)) { _ in PullAndWhiten() }
    let images = tinyImages(seed: 5)
    let losses = try (0..<60).map { _ in try trainer.step(on: images, learningRate: 1e-2).loss }
    #expect(losses.allSatisfy { $0.isFinite })
    #expect(losses[59] < losses[0] / 2, "\(losses[0]) to \(losses[59])")
  }
}
