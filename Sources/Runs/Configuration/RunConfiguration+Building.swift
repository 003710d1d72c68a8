import Augmentations
import Contrastive
import Datasets
import Torch
import TorchNN
import Training

/// A resolved configuration's parts. Each use of random numbers has a seed of its own, so that no
/// two share a stream.
extension RunConfiguration {
  private enum Purpose: UInt64 {
    case weights = 1
    case order
    case views
    case measurement
    case furtherOrder
    case resets
  }

  private func seed(for purpose: Purpose) -> UInt64 {
    var stream = CounterRandom(seed: UInt64(seed), UInt32(purpose.rawValue))
    return stream.next()
  }

  var orderSeed: UInt64 { seed(for: .order) }

  /// The seed of the views that are trained on.
  public var viewSeed: UInt64 { seed(for: .views) }

  var furtherOrderSeed: UInt64 { seed(for: .furtherOrder) }

  var measurementSeed: UInt64 { seed(for: .measurement) }

  /// The policy of the two views.
  func augmentationPolicy() throws(PolicyError) -> PolicyPair {
    try policy.policies(strength: Float(strength))
  }

  /// Reads or generates the images. Generated ones do not depend on the run's seed: runs with
  /// different seeds train on the same data.
  ///
  /// - Throws: `DatasetError` for files that are missing or damaged, and when no image is left.
  public func loadData() throws(DatasetError) -> DatasetSplits {
    try DatasetRequest(
      kind: dataset, path: data, imageSize: imageSize, trainCount: trainCount,
      heldOutCount: heldOutCount, seed: 0, strict: strict
    ).load()
  }

  /// Encoder, head and optimisers with initial weights.
  func makeTrainer() throws -> Trainer {
    try Initializer.seeded(by: seed(for: .weights)) { try makeSeededTrainer() }
  }

  private func makeSeededTrainer() throws -> Trainer {
    let encoder = ResNet(encoder, stem: stem ?? .small, width: width)
    let head = try headArchitecture()
    let base = try ObjectiveChoice(parsing: objective).objective(
      dimension: head.outputDimension(inputs: encoder.outputDimension), temperature: temperature)
    let objective = HeadedObjective(head: head, inputs: encoder.outputDimension, base: base)
    let choice = try ScheduleChoice(parsing: schedule)
    if case .frozenFile(let path) = choice { try objective.head.load(from: path) }
    return Trainer(
      encoder: encoder, objective: objective, schedule: choice.schedule(seed: seed(for: .resets)),
      method: method(momentum: momentum), weightDecay: weightDecay,
      headMethod: method(momentum: headMomentum ?? momentum),
      headWeightDecay: headWeightDecay ?? weightDecay,
      encoderLimit: encoderBatchSize.map { $0 * views }, bfloat16: precision == .bfloat16,
      device: try Device(parsing: device))
  }

  private func method(momentum: Double) -> OptimizerMethod {
    switch optimizer {
    case .sgd: .sgd(momentum: momentum)
    case .lars: .lars(momentum: momentum)
    case .adamW: .adamW
    }
  }

  /// θ's learning rate over the steps.
  func learningRates(stepsPerEpoch: Int, totalSteps: Int) -> CosineSchedule {
    CosineSchedule(
      base: learningRate,
      warmupSteps: Int((warmupEpochs * Double(stepsPerEpoch)).rounded()), totalSteps: totalSteps)
  }

  /// φ's learning rate over the steps.
  func headLearningRates(stepsPerEpoch: Int, totalSteps: Int) -> CosineSchedule {
    CosineSchedule(
      base: learningRate * headLearningRateFactor,
      warmupSteps: Int(((headWarmupEpochs ?? warmupEpochs) * Double(stepsPerEpoch)).rounded()),
      totalSteps: totalSteps)
  }
}

extension ProjectionHead {
  /// Takes the weights of a safetensors file: a checkpoint's `head.…`, or a file of a head alone.
  ///
  /// - Throws: `ConfigurationError` naming the file.
  fileprivate func load(from path: String) throws(ConfigurationError) {
    do {
      let tensors = try SafeTensors(path: path).tensors
      let ofCheckpoint = tensors.removingPrefix("head.")
      try load(ofCheckpoint.isEmpty ? tensors : ofCheckpoint)
    } catch {
      throw ConfigurationError("schedule frozen:\(path): \(error)")
    }
  }
}
