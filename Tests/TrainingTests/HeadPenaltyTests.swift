import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN
import Training

/// Training heads that discretise their output or end in a sparse autoencoder.
@Suite struct HeadPenaltyTests {
  static let heads = [
    "mlp:7-4,levels=8", "mlp:7-4,sparse=16,l1=0.01", "mlp:7-4,sparse=16,top=4",
    "mlp:7-4,sparse=16,top=6,levels=6",
  ]

  @Test(
    arguments: heads, ["joint", "alternating:2", "unrolled:2,rate=0.05", "implicit:2", "ema:0.9"])
  func stepsLowerTheLoss(_ head: String, _ schedule: String) throws {
    let trainer = tinyTrainer(
      try ScheduleChoice(parsing: schedule).schedule(seed: 1),
      head: try HeadArchitecture(parsing: head))
    let images = tinyImages(seed: 1, samples: 16)
    let steps = try (0..<60).map { _ in try trainer.step(on: images, learningRate: 0.01) }
    let (first, last) = (try #require(steps.first), try #require(steps.last))
    #expect(last.loss < 0.8 * first.loss, "\(first.loss) to \(last.loss)")
    #expect((first.penalty != nil) == head.contains("sparse"))
    if let penalty = last.penalty { #expect(penalty < last.loss && penalty > 0) }
  }

  @Test(arguments: heads)
  func aResumedTrainingEqualsAnUninterruptedOne(_ head: String) throws {
    let architecture = try HeadArchitecture(parsing: head)
    let whole = tinyTrainer(.joint, head: architecture)
    try train(whole, steps: 6)
    let first = tinyTrainer(.joint, head: architecture)
    try train(first, steps: 3)
    let saved = first.state.mapValues { $0.detached().copied() }
    let second = tinyTrainer(.joint, head: architecture)
    try second.load(saved, step: 3)
    try train(second, steps: 3)
    #expect(values(second) == values(whole))
  }
}
