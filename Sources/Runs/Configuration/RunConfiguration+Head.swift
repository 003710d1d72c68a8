import Contrastive
import TorchNN
import Training

/// What a configuration says about the head and the two players, read and checked.
extension RunConfiguration {
  /// The head; `head_batch_norm` is the `bn` of its text.
  func headArchitecture() throws(NotationError) -> HeadArchitecture {
    try HeadArchitecture(parsing: head, batchNorm: headBatchNorm)
  }

  /// Makes choices that follow from others, and refuses head, schedule and rates that do not go together.
  ///
  /// - Throws: `NotationError` or `ConfigurationError`, one line.
  mutating func resolveHead() throws {
    let schedule = try ScheduleChoice(parsing: schedule)
    if schedule == .none { head = "none" }
    if headWeightDecay == nil { headWeightDecay = weightDecay }
    if headMomentum == nil { headMomentum = momentum }
    if headWarmupEpochs == nil { headWarmupEpochs = warmupEpochs }
    let architecture = try headArchitecture()
    try architecture.check(inputs: encoder.outputDimension(width: width))
    let objective = try ObjectiveChoice(parsing: objective)
    if schedule == .joint { try requireEqualRates() }
    if schedule.needsHead && !architecture.isTrained && !objective.isTrained {
      throw ConfigurationError(
        "schedule \(schedule) moves the head, but head \(architecture) has nothing to train: use "
          + "another --head, or --schedule joint")
    }
    try check(objective, architecture, schedule)
  }

  private func check(
    _ choice: ObjectiveChoice, _ head: HeadArchitecture, _ schedule: ScheduleChoice
  ) throws(ConfigurationError) {
    if case .momentumContrast(let queueLength, _) = choice,
      !queueLength.isMultiple(of: batchSize * views)
    {
      throw ConfigurationError(
        "objective \(objective): a queue of \(queueLength) keys is not divisible by the "
          + "\(batchSize * views) of a step (batch_size \(batchSize) × \(views) views)")
    }
    let base = Initializer.seeded(by: 0) {
      choice.objective(dimension: 1, temperature: temperature)
    }
    if let obstacle = base.secondOrderObstacle, schedule.schedule(seed: 0).needsSecondDerivatives {
      throw ConfigurationError(
        "schedule \(schedule) differentiates twice, which objective \(objective) does not allow: "
          + "\(obstacle)")
    }
  }

  private func requireEqualRates() throws(ConfigurationError) {
    let pairs: [(key: String, head: Double?, encoder: Double)] = [
      ("head_learning_rate_factor", headLearningRateFactor, 1),
      ("head_weight_decay", headWeightDecay, weightDecay),
      ("head_momentum", headMomentum, momentum),
      ("head_warmup_epochs", headWarmupEpochs, warmupEpochs),
    ]
    for pair in pairs where pair.head != pair.encoder {
      throw ConfigurationError(
        "\(pair.key) differs from the encoder's, but schedule joint moves both alike: use "
          + "--schedule two-timescale")
    }
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
