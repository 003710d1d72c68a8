import Contrastive
import Testing
import Torch
import TorchNN
import Training

/// An encoder of one hidden layer on flattened images, which counts how often it runs, and on how many images at most.
final class TinyEncoder: Module, Encoder {
  private let hidden: Linear
  private let norm: BatchNorm?
  private let last: Linear
  let outputDimension = 6
  private(set) var passes = 0
  private(set) var mostImages = 0

  init(batchNorm: Bool = false) {
    hidden = Linear(12, 10)
    norm = batchNorm ? BatchNorm(10) : nil
    last = Linear(10, 6)
  }

  func callAsFunction(_ images: Tensor) -> Tensor {
    passes += 1
    mostImages = max(mostImages, images.size(0))
    let features = hidden(images.flattened(from: 1))
    let normed = norm?(features) ?? features
    return last(Tanh()(normed))
  }
}

/// Images of 2×2, `views` views of `samples` samples, that depend on the seed alone.
func tinyImages(seed: UInt64, samples: Int = 8, views: Int = 2) -> Tensor {
  let images = normal(seed: seed, [samples, 12])
  let noisy = (0..<views).map {
    images + normal(seed: seed + 1000 + UInt64($0), [samples, 12]) * 0.3
  }
  return Tensor.concatenated(noisy).reshaped([samples * views, 3, 2, 2]).to(.float32)
}

/// Standard normal numbers in float64 that depend on the seed alone.
func normal(seed: UInt64, _ shape: [Int]) -> Tensor {
  var random = CounterRandom(seed: seed)
  return Tensor((0..<shape.reduce(1, *)).map { _ in Double(random.normal()) }, shape: shape)
}

/// A trainer of small modules, the same ones for every schedule.
func tinyTrainer(
  _ schedule: any HeadSchedule, head: HeadArchitecture = .mlp(hidden: [7], output: 4),
  method: OptimizerMethod = .adamW, headMethod: OptimizerMethod? = nil,
  headWeightDecay: Double? = nil, encoderBatchNorm: Bool = false, encoderLimit: Int? = nil,
  places: LossPlaces = .z,
  base: (_ dimension: Int) -> any Objective = { _ in InfoNCE(temperature: 0.3) }
) -> Trainer {
  Initializer.seeded(by: 7) {
    let encoder = TinyEncoder(batchNorm: encoderBatchNorm)
    let dimension = head.outputDimension(inputs: encoder.outputDimension)
    let objective = HeadedObjective(
      head: head, inputs: encoder.outputDimension, base: base(dimension), places: places)
    return Trainer(
      encoder: encoder, objective: objective, schedule: schedule, method: method,
      weightDecay: 0.01, headMethod: headMethod, headWeightDecay: headWeightDecay,
      encoderLimit: encoderLimit, bfloat16: false)
  }
}

/// Takes `steps` steps, each on images of its own, and returns the losses.
@discardableResult
func train(
  _ trainer: Trainer, steps: Int = 6, rate: Double = 0.05, headRate: Double? = nil, views: Int = 2,
  labels: Tensor? = nil
) throws -> [Double] {
  try (0..<steps).map { _ in
    let images = tinyImages(seed: UInt64(trainer.stepCount), views: views)
    return try trainer.step(
      on: ViewBatch(images, views: views, labels: labels), learningRate: rate,
      headLearningRate: headRate,
      further: { ViewBatch(tinyImages(seed: UInt64(5000 + $0), views: views), views: views) }
    ).loss
  }
}

/// The values of a trainer's tensors whose names begin with a prefix.
func values(_ trainer: Trainer, _ prefix: String = "") -> [String: [Double]] {
  trainer.state.filter { $0.key.hasPrefix(prefix) }.mapValues { $0.scalars(Double.self) }
}
