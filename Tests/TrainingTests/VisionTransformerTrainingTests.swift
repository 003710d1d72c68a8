import Contrastive
import TestSupport
import Testing
import Torch
import TorchNN
import Training

@Suite(.serialized) struct VisionTransformerTrainingTests {
  private func trainer(limit: Int? = nil, bfloat16: Bool = false) -> Trainer {
    Initializer.seeded(by: 3) {
      let encoder = VisionTransformer(
        VisionTransformer.Size(patch: 4, width: 64, depth: 2), imageSize: 16)
      return Trainer(
        encoder: encoder,
        objective: HeadedObjective(
          head: .linear(16), inputs: 64, base: InfoNCE(temperature: 0.2)),
        encoderLimit: limit, bfloat16: bfloat16)
    }
  }

  private func views(_ count: Int) -> Tensor {
    var random = CounterRandom(seed: 8)
    let images = (0..<count * 768).map { _ in random.uniform() }
    let first = Tensor(images, shape: [count, 3, 16, 16])
    let second = (first + Tensor(images.map { _ in random.uniform() }, shape: first.shape) * 0.2)
    return Tensor.concatenated([first, second])
  }

  @Test func itLearnsInBFloat16AsInFloat32() throws {
    for bfloat16 in [false, true] {
      let trainer = trainer(bfloat16: bfloat16)
      var losses: [Double] = []
      for _ in 0..<20 {
        losses.append(try trainer.step(on: views(12), learningRate: 1e-3).loss)
      }
      // Chance is ln 23 ≈ 3.14 of these 24 views.
      #expect(losses.allSatisfy(\.isFinite) && losses[0] > 2.5)
      #expect(losses[19] < 0.7 * losses[0], "\(losses)")
    }
  }

  @Test func theGradientInPartsIsThatOfTheWholeBatch() throws {
    let (whole, parts) = (trainer(), trainer(limit: 5))
    _ = try whole.step(on: views(8), learningRate: 1e-3)
    _ = try parts.step(on: views(8), learningRate: 1e-3)
    let expected = whole.encoder.state
    for (name, tensor) in parts.encoder.state {
      // AdamW's first step has the length of the learning rate, whatever the gradient's: where that is rounding alone
      // its sign may differ.
      let difference = tensor - (try #require(expected[name]))
      let share = difference.squared().exceeds(1e-8).to(.float64).mean().item
      #expect(share < 0.01, "\(name): \(share)")
    }
  }
}
