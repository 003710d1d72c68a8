import Records
import RunStore

/// What a study knows of its runs while they are made, and where that is written.
final class StudyBook {
  let study: Study
  let folder: StudyFolder
  /// The runs to be made, by their places.
  let chosen: Set<Int>
  private(set) var record: StudyRecord
  private var estimate = StudyEstimate()
  private var looked: (progress: StudyProgress, next: ContinuousClock.Instant)?
  /// Writes the record where it belongs, or leaves that to another process.
  var save: (StudyRecord) throws -> Void = { _ in }

  /// A book that says of every run that it is to be made.
  init(_ study: Study, folder: StudyFolder, chosen: Set<Int>) {
    self.study = study
    self.folder = folder
    self.chosen = chosen
    record = StudyRecord(
      name: study.name, question: study.question, axes: study.recordedAxes,
      runs: study.runs.map {
        StudyRecord.Run(key: $0.key, settings: $0.settings, status: .pending)
      })
    record.isQuick = study.isQuick ? true : nil
  }

  /// The chosen runs that are neither made nor given up, in the study's order.
  var waiting: [Int] { chosen.sorted().filter { record.runs[$0].status == .pending } }

  /// Takes note of the runs that are finished.
  ///
  /// - Throws: `StudyError.otherRun` and `RunStoreError` for a run that cannot be what it should be.
  func lookForFinishedRuns() throws {
    for place in study.runs.indices where record.runs[place].status != .finished {
      try finish(place)
    }
  }

  /// Takes note of a run if it is finished, and gives its summary.
  @discardableResult
  func finish(_ place: Int) throws -> RunSummary? {
    let run = study.runs[place]
    guard let summary = try folder.finished(run) else { return nil }
    set(place, .finished)
    estimate.add(run, summary)
    return summary
  }

  /// Takes note of how a run stands.
  func set(_ place: Int, _ status: StudyRecord.Run.Status, failure: String? = nil) {
    record.runs[place].status = status
    record.runs[place].failure = failure
  }

  /// Takes note that nobody here looks after the runs that are being made.
  func leaveRunning() {
    for place in record.runs.indices where record.runs[place].status == .running {
      set(place, .pending)
    }
  }

  /// Takes in what the claims have come to.
  func set(claims: [ClaimRecord]) { record.claims = claims }

  /// Writes how the study stands.
  func write() throws { try save(record) }
}

extension StudyBook {
  /// Where the study stands, with the runs that `maker` makes. They are looked at anew after ten times what the last look took, at the
  /// earliest: on a slow file system looking is not all that is done.
  func progress(of maker: any RunMaker) -> StudyProgress {
    let began = ContinuousClock.now
    var active = looked?.progress.active ?? []
    let seen = Set(active.map(\.key))
    let inProgress = maker.inProgress
    let isNew =
      inProgress.count != seen.count
      || !inProgress.allSatisfy { seen.contains(study.runs[$0.place].key) }
    var next = looked?.next ?? began
    if isNew || began >= next {
      active = inProgress.map(look)
      next = .now + began.duration(to: .now) * 10
    }
    let progress = StudyProgress(
      finished: chosen.count { record.runs[$0].status == .finished },
      failed: chosen.count { record.runs[$0].status == .failed }, total: chosen.count,
      active: active, secondsLeft: secondsLeft(inProgress, active, width: maker.width),
      queue: maker.queue)
    looked = (progress, next)
    return progress
  }

  private func look(at progress: RunInProgress) -> StudyProgress.Active {
    let run = study.runs[progress.place]
    let metrics = MetricsTail.last(of: folder.run(run.key))
    return StudyProgress.Active(
      key: run.key, step: metrics?.step ?? 0, totalSteps: estimate.steps(of: run),
      loss: metrics?.loss)
  }

  private func secondsLeft(
    _ inProgress: [RunInProgress], _ active: [StudyProgress.Active], width: Int
  ) -> Double? {
    var seconds = 0.0
    let rate = currentRate(inProgress, active)
    let steps = Dictionary(active.map { ($0.key, $0) }) { first, _ in first }
    for place in chosen {
      let entry = record.runs[place]
      guard entry.status == .pending || entry.status == .running else { continue }
      guard let whole = estimate.seconds(of: study.runs[place], current: rate) else { return nil }
      let done = steps[entry.key].flatMap { run in
        run.totalSteps.map { Double(run.step) / Double(max($0, 1)) }
      }
      seconds += whole * (1 - min(done ?? 0, 1))
    }
    return seconds / Double(max(width, 1))
  }

  /// Seconds a step of the runs being made, as far as they have come.
  private func currentRate(
    _ inProgress: [RunInProgress], _ active: [StudyProgress.Active]
  ) -> Double? {
    var steps = 0.0
    var seconds = 0.0
    let reached = Dictionary(active.map { ($0.key, $0.step) }) { first, _ in first }
    for run in inProgress {
      guard let step = reached[study.runs[run.place].key], step > run.firstStep else { continue }
      steps += Double(step - run.firstStep)
      seconds += run.began.duration(to: .now) / .seconds(1)
    }
    return steps > 0 ? seconds / steps : nil
  }
}
