import Augmentations
import Contrastive
import Datasets
import Torch

/// A resolved configuration's parts. Each use of random numbers has a seed of its own, so that no
/// two share a stream.
extension RunConfiguration {
  private enum Purpose: UInt64 {
    case weights = 1
    case order
    case views
    case measurement
  }

  private func seed(for purpose: Purpose) -> UInt64 {
    var stream = CounterRandom(seed: UInt64(seed), UInt32(purpose.rawValue))
    return stream.next()
  }

  var orderSeed: UInt64 { seed(for: .order) }

  /// The seed of the views that are trained on.
  public var viewSeed: UInt64 { seed(for: .views) }

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
    Runtime.seed(seed(for: .weights))
    let encoder = ResNet(encoder, stem: stem ?? .small, width: width)
    let objective = HeadedObjective(
      head: try HeadArchitecture(parsing: head, batchNorm: headBatchNorm),
      inputs: encoder.outputDimension, base: InfoNCE(temperature: temperature))
    let method: Trainer.Method =
      switch optimizer {
      case .sgd: .sgd(momentum: momentum)
      case .lars: .lars(momentum: momentum)
      case .adamW: .adamW
      }
    return Trainer(
      encoder: encoder, objective: objective, method: method, weightDecay: weightDecay,
      headLearningRateFactor: headLearningRateFactor, headWeightDecay: headWeightDecay,
      bfloat16: precision == .bfloat16, device: try Device(parsing: device))
  }
}
