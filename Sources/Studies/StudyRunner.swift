import Foundation
import Records
import RunStore
import Runs

/// Makes a study's runs, each by `gnomon train` as a process of its own, so that nothing a run does
/// can take the study along.
public final class StudyRunner {
  /// What a study tells while it goes.
  public enum Event {
    /// Something to know.
    case note(String)
    /// Something to worry about; the study goes on.
    case warning(String)
    /// A run begins, or continues from a checkpoint.
    case started(key: String, resumed: Bool, StudyProgress)
    /// A run is finished, after so many seconds of training.
    case finished(key: String, seconds: Double?, StudyProgress)
    /// A run failed.
    case failed(key: String, reason: String, StudyProgress)
    /// Twice a second.
    case progress(StudyProgress)
  }

  /// How a study ended.
  public enum Outcome {
    /// Every run is finished or failed.
    case done(StudyRecord)
    /// It was asked to stop; its runs have written checkpoints.
    case interrupted(StudyRecord)
  }

  private struct Child {
    let index: Int
    let process: ChildProcess
    let began = ContinuousClock.now
    /// The step it went on from.
    let firstStep: Int
  }

  let study: Study
  let folder: StudyFolder
  private let executable: String
  private let jobs: Int
  /// The runs to be made, by their places.
  private let chosen: Set<Int>
  private var record: StudyRecord
  private var estimate = StudyEstimate()
  private var children: [Child] = []
  private var failure: StudyError?
  private var store: StudyStore?

  /// Prepares a study to run in `folder`; nothing is written yet.
  ///
  /// - Parameters:
  ///   - study: what is run.
  ///   - folder: where its runs and its record are.
  ///   - executable: the path of `gnomon`.
  ///   - jobs: how many runs are made at once.
  ///   - subset: which runs are made; the others stay as they are.
  /// - Throws: `StudyError.otherStudy`, `.unknownSubset` and `.missingData`, and `RunStoreError` for a folder that cannot be read.
  public init(
    _ study: Study, folder: StudyFolder, executable: String, jobs: Int,
    only subset: StudySubset = StudySubset()
  ) throws {
    self.study = study
    chosen = try subset.places(in: study)
    self.folder = folder
    self.executable = executable
    self.jobs = jobs
    if let earlier = try folder.readRecord(), earlier.name != study.name {
      throw StudyError.otherStudy(path: folder.url.path, name: earlier.name)
    }
    record = StudyRecord(
      name: study.name, question: study.question, axes: study.recordedAxes,
      runs: study.runs.map {
        StudyRecord.Run(key: $0.key, settings: $0.settings, status: .pending)
      })
    record.isQuick = study.isQuick ? true : nil
    try checkData()
  }

  /// Refuses to begin where data of runs that are to be made are not there.
  private func checkData() throws {
    for place in chosen.sorted() where try folder.finished(study.runs[place]) == nil {
      let configuration = study.runs[place].configuration
      // A pattern names files that only a reader finds.
      guard let path = configuration.data, !path.contains(where: { "*?[{".contains($0) }),
        !FileManager.default.fileExists(atPath: path)
      else { continue }
      throw StudyError.missingData(path: path, run: study.runs[place].key)
    }
  }

  /// Makes every run that is not finished.
  ///
  /// - Parameters:
  ///   - shouldStop: asked ten times a second.
  ///   - report: told what happens.
  /// - Throws: `StudyError` and `RunStoreError`; the runs in progress have then been stopped.
  public func run(shouldStop: () -> Bool, report: (Event) -> Void) throws -> Outcome {
    try folder.create()
    let lock = try folder.lock(
      waiting: { report(.note("waiting for a run of an earlier process to end")) },
      shouldStop: shouldStop)
    defer { withExtendedLifetime(lock) {} }
    folder.removeTemporaryFiles()
    if try folder.keep(study.text) {
      report(
        .note("\(study.source) has changed since the study was started: only new runs are made"))
    }
    try lookForFinishedRuns()
    try folder.write(record)
    return try withoutActuallyEscaping(report) { report in
      let store = try StudyStore(folder, study: study.name) { report(.warning($0)) }
      self.store = store
      defer {
        store.close()
        self.store = nil
      }
      try store.record(record)
      return try runToTheEnd(shouldStop: shouldStop, report: report)
    }
  }

  private func runToTheEnd(shouldStop: () -> Bool, report: (Event) -> Void) throws -> Outcome {
    var wasStopped = false
    do {
      wasStopped = try makeRuns(shouldStop: shouldStop, report: report)
    } catch {
      stopChildren()
      throw error
    }
    try writeRecord()
    record.claims = try StudyResults(study, in: folder).claims
    try writeRecord()
    if let failure { throw failure }
    if FileManager.default.contents(atPath: study.source) != Data(study.fileText.utf8) {
      report(
        .warning(
          "\(study.source) changed while the study ran: these are the runs of the file as it was, "
            + "kept in \(folder.file.path); start the study again for those of the new one"))
    }
    return wasStopped ? .interrupted(record) : .done(record)
  }

  private func lookForFinishedRuns() throws {
    for (index, run) in study.runs.enumerated() {
      if let summary = try folder.finished(run) {
        record.runs[index].status = .finished
        estimate.add(run, summary)
      }
    }
  }

  /// Returns whether it was asked to stop.
  private func makeRuns(shouldStop: () -> Bool, report: (Event) -> Void) throws -> Bool {
    var waiting = study.runs.indices.filter {
      chosen.contains($0) && record.runs[$0].status == .pending
    }[...]
    var isStopping = false
    var ticks = 0
    while true {
      if !isStopping && (shouldStop() || failure != nil) {
        isStopping = true
        for child in children { child.process.interrupt() }
      }
      while !isStopping, children.count < jobs, let index = waiting.popFirst() {
        try start(index, report)
      }
      for child in children {
        child.process.poll()
        guard let ending = child.process.ending else { continue }
        children.removeAll { $0.index == child.index }
        try settle(child.index, ending, isStopping: isStopping, report)
      }
      if children.isEmpty && (isStopping || waiting.isEmpty) { return isStopping }
      if ticks.isMultiple(of: 5) { report(.progress(progress)) }
      ticks += 1
      usleep(100_000)
    }
  }

  private func start(_ index: Int, _ report: (Event) -> Void) throws {
    let run = study.runs[index]
    let runFolder = folder.run(run.key)
    var arguments = ["train", "--resume", runFolder.url.path, "--quiet"]
    var isResumed = true
    switch try RunState(of: runFolder) {
    case .resumable: break
    case .finished: throw StudyError.otherRun(path: runFolder.url.path)
    case .broken, .absent:
      isResumed = false
      // What a run left that ended before its first checkpoint.
      if runFolder.exists { try FileManager.default.removeItem(at: runFolder.url) }
      let config = folder.config(run.key)
      try AtomicFile.write(Data(run.configuration.yaml.utf8), to: config)
      arguments = [
        "train", "--config", config.path, "--output", runFolder.url.path, "--quiet",
      ]
    }
    var environment = ProcessInfo.processInfo.environment
    environment["GNOMON_PARENT"] = "\(getpid())"
    let process = try ChildProcess(
      executable, arguments, environment: environment, log: folder.log(run.key).path)
    let firstStep = isResumed ? MetricsTail.last(of: runFolder)?.step ?? 0 : 0
    children.append(Child(index: index, process: process, firstStep: firstStep))
    record.runs[index].status = .running
    try writeRecord()
    report(.started(key: run.key, resumed: isResumed, progress))
  }

  /// Takes note of how a run ended.
  private func settle(
    _ index: Int, _ ending: ChildProcess.Ending, isStopping: Bool, _ report: (Event) -> Void
  ) throws {
    let run = study.runs[index]
    if ending == .exited(0), let summary = try folder.finished(run) {
      record.runs[index].status = .finished
      estimate.add(run, summary)
      try writeRecord()
      try store?.add(folder.run(run.key), key: run.key)
      report(.finished(key: run.key, seconds: summary.wallSeconds, progress))
      return
    }
    let reason = folder.reason(run.key, ending)
    if isStopping || reason.hasPrefix("disk full") {
      record.runs[index].status = .pending
      if !isStopping { failure = .diskFull(run: run.key, reason: reason) }
      return
    }
    record.runs[index].status = .failed
    record.runs[index].failure = reason
    try writeRecord()
    report(.failed(key: run.key, reason: reason, progress))
  }

  /// Files first: they are the truth that the store is made from.
  private func writeRecord() throws {
    try folder.write(record)
    try store?.record(record)
  }

  private func stopChildren() {
    for child in children { child.process.interrupt() }
    for child in children { child.process.wait() }
    children = []
  }

  private var progress: StudyProgress {
    let active = children.map { child -> StudyProgress.Active in
      let run = study.runs[child.index]
      let metrics = MetricsTail.last(of: folder.run(run.key))
      return StudyProgress.Active(
        key: run.key, step: metrics?.step ?? 0, totalSteps: estimate.steps(of: run),
        loss: metrics?.loss)
    }
    return StudyProgress(
      finished: chosen.count { record.runs[$0].status == .finished },
      failed: chosen.count { record.runs[$0].status == .failed }, total: chosen.count,
      active: active, secondsLeft: secondsLeft(active))
  }

  private func secondsLeft(_ active: [StudyProgress.Active]) -> Double? {
    var seconds = 0.0
    let rate = currentRate(active)
    for (index, entry) in record.runs.enumerated()
    where chosen.contains(index) && (entry.status == .pending || entry.status == .running) {
      guard let whole = estimate.seconds(of: study.runs[index], current: rate) else { return nil }
      let place = active.first { $0.key == entry.key }
      let done = place.flatMap { place in
        place.totalSteps.map { Double(place.step) / Double(max($0, 1)) }
      }
      seconds += whole * (1 - min(done ?? 0, 1))
    }
    return seconds / Double(jobs)
  }
}

extension StudyRunner {
  /// Seconds a step of the runs being made, as far as they have come.
  private func currentRate(_ active: [StudyProgress.Active]) -> Double? {
    var steps = 0.0
    var seconds = 0.0
    for (child, run) in zip(children, active) where run.step > child.firstStep {
      steps += Double(run.step - child.firstStep)
      seconds += child.began.duration(to: .now) / .seconds(1)
    }
    return steps > 0 ? seconds / steps : nil
  }
}
