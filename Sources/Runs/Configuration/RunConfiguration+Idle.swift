extension RunConfiguration {
  /// What is set to another value than its default and decides nothing beside the other settings, a line each: whoever sets it
  /// expects that it does.
  var idleSettings: [String] {
    let settings = RunConfiguration.settings
    func lines(_ keys: [String?], _ reason: String) -> [String] {
      keys.compactMap { $0 }.map { "\($0) has no effect: \(reason)" }
    }
    var found: [String] = []
    if self.optimizer == .adamW {
      found += lines(
        [changed(settings.momentum), changed(settings.headMomentum, from: self.momentum)],
        "optimizer \(self.optimizer.rawValue) has none")
    }
    if objectiveInBrief.softmax == nil {
      found += lines([changed(settings.temperature)], "objective \(self.objective) has none")
    }
    if self.policy.name == "identity" {
      found += lines([changed(settings.strength)], "policy identity changes no image")
    }
    if self.schedule == .none {
      found += lines(
        [self.head == .none ? nil : changed(settings.head), changed(settings.headBatchNorm)],
        "under schedule none there is no head")
    }
    if !scheduleInBrief.movesHead {
      found += lines(
        [
          changed(settings.headLearningRateFactor),
          changed(settings.headWeightDecay, from: self.weightDecay),
          self.optimizer == .adamW ? nil : changed(settings.headMomentum, from: self.momentum),
          changed(settings.headWarmupEpochs, from: self.warmupEpochs),
        ],
        "schedule \(self.schedule) moves no head")
    }
    if self.steps != nil {
      found += lines([changed(settings.epochs)], "steps is set")
    }
    if self.measureEvery == 0 {
      found += lines(
        [changed(settings.measureBudget)],
        "nothing is measured between epochs, as measure_every is 0")
    }
    if !self.dataset.needsFiles {
      found += lines(
        [changed(settings.loading), changed(settings.readAhead), changed(settings.strict)],
        "dataset \(self.dataset.rawValue) is made, not read")
    }
    return found
  }

  /// The key of a head's setting, where it differs from the encoder's: a run's own file spells both.
  private func changed(_ setting: Setting<Double?>, from encoder: Double) -> String? {
    (self[setting] ?? encoder) == encoder ? nil : setting.key
  }
}
