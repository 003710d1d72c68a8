import Records

/// How long runs take, from those that are finished.
struct StudyEstimate {
  private var observed: [(run: StudyRun, steps: Int, epochs: Double, seconds: Double)] = []

  /// Takes note of a finished run.
  mutating func add(_ run: StudyRun, _ summary: RunSummary) {
    guard let seconds = summary.wallSeconds, summary.steps > 0 else { return }
    observed.append((run, summary.steps, summary.epochs, seconds))
  }

  /// How many steps a run has in all; nil when that depends on data nobody has read yet.
  func steps(of run: StudyRun) -> Int? {
    let configuration = run.configuration
    if let steps = configuration.steps { return steps }
    if configuration.dataset == .sprites {
      // 8,000 images unless told otherwise.
      let ofEpoch = (configuration.trainCount ?? 8000) / configuration.batchSize
      let (steps, isTooMany) = configuration.epochs.multipliedReportingOverflow(by: ofEpoch)
      return isTooMany ? nil : steps
    }
    let alike = observed.first { other in
      let other = other.run.configuration
      return other.dataset == configuration.dataset && other.data == configuration.data
        && other.trainCount == configuration.trainCount
        && other.batchSize == configuration.batchSize
    }
    guard let alike, alike.epochs > 0 else { return nil }
    let steps = Double(configuration.epochs) * Double(alike.steps) / alike.epochs
    return Int(exactly: steps.rounded())
  }

  /// How long a whole run takes: by the step, as runs with the same settings but the seed, or else as all
  /// runs.
  ///
  /// - Parameter current: seconds a step of runs in progress, to go by before any is finished.
  /// - Returns: nil before there is anything to go by.
  func seconds(of run: StudyRun, current: Double? = nil) -> Double? {
    guard let steps = steps(of: run) else { return nil }
    let alike = observed.filter { $0.run.settingsBesidesSeed == run.settingsBesidesSeed }
    let basis = alike.isEmpty ? observed : alike
    let observedSteps = basis.reduce(0) { $0 + Double($1.steps) }
    guard observedSteps > 0 else { return current.map { $0 * Double(steps) } }
    let observedSeconds = basis.reduce(0) { $0 + $1.seconds }
    return observedSeconds / observedSteps * Double(steps)
  }
}
