import Augmentations
import Contrastive
import Foundation
import Torch
import TorchNN
import Training

extension RunConfiguration {
  /// The same with every automatic choice made for this machine, and everything checked that can be
  /// checked before data is read.
  ///
  /// - Parameter device: what the machine that makes the run has, where that is another one; nil for this machine, whose devices are looked
  ///   for.
  /// - Throws: `ConfigurationError`, also for a value out of range that was set in code.
  public func resolved(on device: Device? = nil) throws(ConfigurationError) -> RunConfiguration {
    try checkRanges()
    if let key = keysOfOtherEncoders.first {
      throw .settingOfOtherEncoders(key: key, encoder: self.encoder.rawValue)
    }
    var resolved = self
    let device = try chosenDevice(of: device)
    resolved.device = DeviceChoice(device)
    if self.precision == .automatic {
      // A ResNet's convolutions have kernels that gain by it wherever there is hardware for its other operators.
      let gains = self.encoder.size?.patch == nil ? Runtime.hasBFloat16 : Runtime.gainsByBFloat16
      resolved.precision = device.kind == .cuda || gains ? .bfloat16 : .float32
    }
    if !has(RunConfiguration.settings.imageSize), let path = self.data,
      let side = self.dataset.imageSize(at: path)
    {
      resolved.imageSize = side
    }
    if let patch = self.encoder.size?.patch, !resolved.imageSize.isMultiple(of: patch) {
      throw .patches(self.encoder, imageSize: resolved.imageSize, patch: patch)
    }
    try resolved.resolveHead()
    try resolved.checkMemory()
    _ = try augmentationPolicy()
    if self.dataset.needsFiles && self.data == nil { throw .dataNeeded(self.dataset) }
    if !self.dataset.needsFiles && self.data != nil { throw .dataUnused(self.dataset) }
    if self.threads == 0 { resolved.threads = ProcessInfo.processInfo.activeProcessorCount }
    if self.normalise == nil, let path = self.`init` {
      resolved.normalise = InitialWeights.normalization(of: path)
    }
    if self.stem == nil && self.encoder.depth != nil {
      resolved.stem = resolved.imageSize <= 64 ? .small : .imageNet
    }
    return resolved
  }

  /// The settings of encoders of the other kind than this that are set to another value than they have by themselves: a
  /// run's own file spells those that do not apply, too.
  var keysOfOtherEncoders: [String] {
    let settings = RunConfiguration.settings
    return switch self.encoder.kind {
    case .resNet: [changed(settings.pool)].compactMap { $0 }
    case .visionTransformer: [changed(settings.stem), changed(settings.width)].compactMap { $0 }
    }
  }

  /// The setting's key, where it has another value than by itself.
  func changed<Value>(_ setting: Setting<Value>) -> String? {
    self[setting] == setting.defaultValue ? nil : setting.key
  }

  /// The objective for a z of one dimension: what it says of itself is the same for any.
  var objectiveInBrief: any Objective {
    Initializer.seeded(by: 0) {
      self.objective.objective(dimension: 1, temperature: self.temperature)
    }
  }

  /// The schedule; what it says of itself is the same for any seed.
  var scheduleInBrief: any HeadSchedule { self.schedule.schedule(seed: 0) }

  /// What is written must be what would be read.
  private func checkRanges() throws(ConfigurationError) {
    for declaration in RunConfiguration.declarations {
      guard let text = declaration.json(in: self).settingText else { continue }
      var copy = self
      try declaration.set(&copy, to: text)
    }
  }

  /// The device, if it is there, or on a machine that has `other`.
  private func chosenDevice(of other: Device?) throws(ConfigurationError) -> Device {
    switch (other, self.device) {
    case (let other?, .automatic): other
    case (let other?, .cuda(let index)) where other.kind == .cuda: .cuda(index)
    default: try availableDevice()
    }
  }

  /// The device, if it is there.
  func availableDevice() throws(ConfigurationError) -> Device {
    do throws(DeviceError) {
      return try self.device.device()
    } catch {
      throw .device(error)
    }
  }

  /// The policy of the two views.
  func augmentationPolicy() throws(ConfigurationError) -> PolicyPair {
    do throws(PolicyError) {
      return try self.policy.policies(strength: Float(self.strength))
    } catch {
      throw .policy(error)
    }
  }

  /// The head; `head_batch_norm` is the `bn` of its text.
  func headArchitecture() throws(ConfigurationError) -> HeadArchitecture {
    guard self.headBatchNorm else { return self.head }
    do throws(NotationError) {
      return try HeadArchitecture(parsing: self.head.description, batchNorm: true)
    } catch {
      throw .head(error)
    }
  }

  /// Makes choices that follow from others, and refuses head, schedule and rates that do not go together.
  private mutating func resolveHead() throws(ConfigurationError) {
    if self.schedule == .none { self.head = .none }
    if self.headWeightDecay == nil { self.headWeightDecay = self.weightDecay }
    if self.headMomentum == nil { self.headMomentum = self.momentum }
    if self.headWarmupEpochs == nil { self.headWarmupEpochs = self.warmupEpochs }
    let architecture = try headArchitecture()
    do throws(NotationError) {
      try architecture.check(inputs: self.encoder.outputDimension(width: self.width))
    } catch {
      throw .head(error)
    }
    if self.schedule == .joint { try requireEqualRates() }
    if self.schedule.needsHead && !architecture.isTrained && !self.objective.isTrained {
      throw .nothingToTrain(self.schedule, architecture)
    }
    if architecture.form == .identity && self.objective.places.areElsewhere {
      throw .placedWithoutHead(self.objective)
    }
    try checkObjective()
  }

  private func checkObjective() throws(ConfigurationError) {
    if case .momentumContrast(let length, _) = self.objective,
      !length.isMultiple(of: self.batchSize * self.views)
    {
      throw .unevenQueue(
        self.objective, length: length, batchSize: self.batchSize, views: self.views)
    }
    if let obstacle = objectiveInBrief.secondOrderObstacle, scheduleInBrief.needsSecondDerivatives {
      throw .secondDerivatives(self.schedule, self.objective, obstacle: obstacle)
    }
  }

  private func requireEqualRates() throws(ConfigurationError) {
    let pairs: [(key: String, head: Double?, encoder: Double)] = [
      (RunConfiguration.settings.headLearningRateFactor.key, self.headLearningRateFactor, 1),
      (RunConfiguration.settings.headWeightDecay.key, self.headWeightDecay, self.weightDecay),
      (RunConfiguration.settings.headMomentum.key, self.headMomentum, self.momentum),
      (RunConfiguration.settings.headWarmupEpochs.key, self.headWarmupEpochs, self.warmupEpochs),
    ]
    for pair in pairs where pair.head != pair.encoder { throw .differsFromEncoder(key: pair.key) }
  }
}

extension ScheduleChoice {
  /// Whether the schedule is about a head that moves.
  fileprivate var needsHead: Bool {
    switch self {
    case .joint, .none, .frozen, .frozenFile: false
    default: true
    }
  }
}
