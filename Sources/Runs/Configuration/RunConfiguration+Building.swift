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

  private func streamSeed(for purpose: Purpose) -> UInt64 {
    var stream = CounterRandom(seed: UInt64(self.seed), UInt32(purpose.rawValue))
    return stream.next()
  }

  package var orderSeed: UInt64 { streamSeed(for: .order) }

  /// The seed of the views that are trained on.
  public var viewSeed: UInt64 { streamSeed(for: .views) }

  var furtherOrderSeed: UInt64 { streamSeed(for: .furtherOrder) }

  var measurementSeed: UInt64 { streamSeed(for: .measurement) }

  /// Reads or generates the images. Generated ones do not depend on the run's seed: runs with
  /// different seeds train on the same data.
  ///
  /// - Throws: `DatasetError` for files that are missing or damaged, and when no image is left.
  public func loadData() throws(DatasetError) -> DatasetSplits { try dataRequest.load() }

  /// What `loadData` asks for.
  package var dataRequest: DatasetRequest {
    var request = DatasetRequest(
      kind: self.dataset, path: self.data, imageSize: self.imageSize, trainCount: self.trainCount,
      heldOutCount: self.heldOutCount, seed: 0, strict: self.strict)
    request.loading = self.loading
    request.bytesAhead = self.readAhead << 20
    return request
  }

  /// Encoder, head and optimisers with initial weights.
  ///
  /// - Parameters:
  ///   - readsInitialWeights: whether the file of `init` is read; a checkpoint's weights take the place of its.
  ///   - note: told what was taken from that file.
  /// - Throws: `ConfigurationError` for a model that memory cannot hold, and for files of weights that do not fit.
  func makeTrainer(
    readsInitialWeights: Bool = false, processes: ProcessGroup? = nil,
    note: (String) -> Void = { _ in }
  ) throws(ConfigurationError) -> Trainer {
    do {
      return try catchingTorchErrors {
        try Initializer.seeded(by: streamSeed(for: .weights)) {
          try makeSeededTrainer(readsInitialWeights, processes, note)
        }
      }
    } catch let error as ConfigurationError {
      throw error
    } catch let error as TorchError {
      throw .model(error)
    } catch {
      throw .model(TorchError("\(error)"))
    }
  }

  private func makeSeededTrainer(
    _ readsInitialWeights: Bool, _ processes: ProcessGroup?, _ note: (String) -> Void
  ) throws(ConfigurationError) -> Trainer {
    let device = if let processes { processes.device } else { try availableDevice() }
    let encoder = encoderForm.makeEncoder(normalization: self.normalise ?? .none)
    let head = try headArchitecture()
    let base = self.objective.objective(
      dimension: head.outputDimension(inputs: encoder.outputDimension),
      temperature: self.temperature)
    let objective = HeadedObjective(
      head: head, inputs: encoder.outputDimension, base: base, places: self.objective.places)
    if readsInitialWeights, let path = self.`init` {
      try InitialWeights(path: path, self).load(into: encoder, objective.head).forEach(note)
    }
    if case .frozenFile(let path) = self.schedule { try objective.loadParameters(from: path) }
    return Trainer(
      encoder: encoder, objective: objective,
      schedule: self.schedule.schedule(seed: streamSeed(for: .resets)),
      method: method(momentum: self.momentum), weightDecay: self.weightDecay,
      headMethod: method(momentum: self.headMomentum ?? self.momentum),
      headWeightDecay: self.headWeightDecay ?? self.weightDecay,
      encoderLimit: self.encoderBatchSize.map { $0 * self.views },
      bfloat16: self.precision == .bfloat16, device: device, processes: processes,
      batchNorm: self.processBatchNorm)
  }

  /// What the encoder is built as.
  var encoderForm: EncoderForm {
    switch self.encoder.kind {
    case .resNet(let depth): .resNet(depth, stem: self.stem ?? .small, width: self.width)
    case .visionTransformer(let size):
      .visionTransformer(size, imageSize: self.imageSize, pooling: self.pool)
    }
  }

  private func method(momentum: Double) -> OptimizerMethod {
    switch self.optimizer {
    case .sgd: .sgd(momentum: momentum)
    case .lars: .lars(momentum: momentum)
    case .adamW: .adamW
    }
  }

  /// θ's learning rate over the steps.
  func learningRates(stepsPerEpoch: Int, totalSteps: Int) -> CosineSchedule {
    CosineSchedule(
      base: self.learningRate,
      warmupSteps: steps(ofEpochs: self.warmupEpochs, stepsPerEpoch: stepsPerEpoch),
      totalSteps: totalSteps)
  }

  /// φ's learning rate over the steps.
  func headLearningRates(stepsPerEpoch: Int, totalSteps: Int) -> CosineSchedule {
    CosineSchedule(
      base: self.learningRate * self.headLearningRateFactor,
      warmupSteps: steps(
        ofEpochs: self.headWarmupEpochs ?? self.warmupEpochs, stepsPerEpoch: stepsPerEpoch),
      totalSteps: totalSteps)
  }

  /// At most 10⁶ epochs of at most 2³¹ steps: far from the largest whole number.
  private func steps(ofEpochs epochs: Double, stepsPerEpoch: Int) -> Int {
    Int((epochs * Double(stepsPerEpoch)).rounded())
  }
}
