import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN
import Training

@Suite struct PyTorchTrajectoryTests {
  /// From the same weights on the same recorded views, 30 SGD steps in float32 follow PyTorch's losses within
  /// 1e-4. Another order of sums stays within 2e-5 (Tests/Fixtures/README.md).
  @Test func trainingFollowsPyTorch() throws {
    let recorded = try SafeTensors(path: fixture("training.safetensors")).tensors
    func number(_ name: String) throws -> Double { try #require(recorded[name]).item }
    let encoder = ResNet.resNet18(stem: .small, width: 16)
    let objective = HeadedObjective(
      head: .mlp(hidden: [128], output: 64), inputs: encoder.outputDimension,
      base: InfoNCE(temperature: try number("temperature")))
    try encoder.load(recorded.removingPrefix("encoder."))
    try objective.head.load(recorded.removingPrefix("head."))
    let trainer = Trainer(
      encoder: encoder, objective: objective, method: .sgd(momentum: try number("momentum")),
      weightDecay: try number("weight_decay"), bfloat16: false)
    let views = try #require(recorded["views"]).to(.float32) / 255
    let rate = try number("learning_rate")
    for (step, expected) in try #require(recorded["losses"]).scalars(Double.self).enumerated() {
      let result = try trainer.step(on: views[step % views.size(0)], learningRate: rate)
      #expect(result.loss.isApproximately(expected, relative: 1e-4), "step \(step)")
    }
    let end = encoder.state.merging(
      objective.head.state.map { ("head.\($0.key)", $0.value) }, uniquingKeysWith: { $1 })
    for (name, expected) in recorded.removingPrefix("after.") {
      let own = end[name] ?? end[String(name.dropFirst("encoder.".count))]
      let difference = try #require(own, "\(name)").scalars(Double.self)
        .relativeDifference(from: expected.scalars())
      #expect(difference < 1e-3, "\(name)")
    }
  }
}
