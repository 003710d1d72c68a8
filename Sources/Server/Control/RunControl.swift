import Foundation
import HTTPTypes
import Synchronization

/// Stops runs and goes on with them, where the server was started for that.
final class RunControl: Sendable {
  /// What can be done with a run.
  enum Action: String, Codable, Sendable {
    /// Its process is asked to write a checkpoint and end.
    case stop
    /// A process goes on from its newest checkpoint.
    case resume
  }

  private let programs: ServerPrograms?
  private let audit: @Sendable (String) -> Void
  private let started = StartedPrograms()
  /// The processes that were asked to stop, by the runs' identifiers.
  private let asked = Mutex<[String: Int32]>([:])
  private let count = Mutex(0)
  let confirmations = Confirmations()

  init(_ programs: ServerPrograms?, audit: @escaping @Sendable (String) -> Void) {
    self.programs = programs
    self.audit = audit
  }

  /// Whether anything can be done with any run.
  var isAllowed: Bool { programs != nil }

  /// Grows with what is done.
  var version: Int { count.withLock { $0 } }

  /// What can be done with a run in its state; nil where nothing can.
  func action(for run: RunEntry) -> Action? {
    switch run.state {
    case .running: .stop
    case .interrupted, .failed, .stale: .resume
    case .finished, .waiting: nil
    }
  }

  /// Why that cannot be done with a run now; nil where it can.
  ///
  /// - Parameters:
  ///   - action: what is to be done.
  ///   - run: the run.
  ///   - study: the study that it belongs to.
  func hindrance(to action: Action, _ run: RunEntry, of study: StudyEntry?) -> String? {
    guard isAllowed else { return "the server was started without --allow-control" }
    guard self.action(for: run) == action else { return "the run is \(run.state.rawValue)" }
    guard study?.isRunning != true else {
      return "its study is running and takes care of its runs: stop the study itself"
    }
    switch action {
    case .stop:
      guard let process = RunHolder.process(of: run.place.path) else {
        return "the process that works on it is not of this machine, or cannot be seen from here"
      }
      if kill(process, 0) != 0 && errno == EPERM {
        return "process \(process), which works on it, is another user's"
      }
    case .resume:
      if let process = started.process(for: run.identifier) {
        return "process \(process) is about to go on with it"
      }
      let folder = run.place.path
      guard FileStamp(folder + "/config.yaml")?.isFolder == false else {
        return "it has no configuration"
      }
      for part in ["", "/checkpoints"] where FileStamp(folder + part) != nil {
        guard access(folder + part, W_OK) == 0 else { return "its folder cannot be written to" }
      }
    }
    return nil
  }

  /// What was asked for and has not come about; nil where nothing is.
  func pending(_ run: RunEntry) -> String? {
    if run.state == .running, let process = asked.withLock({ $0[run.identifier] }),
      RunHolder.process(of: run.place.path) == process
    {
      return "it was asked to stop, and writes a checkpoint when its step is done"
    }
    if run.state != .running, let process = started.process(for: run.identifier) {
      return "process \(process) is about to go on with it"
    }
    return nil
  }

  /// Does what was confirmed.
  ///
  /// - Parameters:
  ///   - action: what is to be done.
  ///   - run: the run.
  ///   - study: the study that it belongs to.
  ///   - address: who asked.
  ///   - changed: called when there is something new to show.
  /// - Throws: `ChangeRefused`.
  func perform(
    _ action: Action, _ run: RunEntry, of study: StudyEntry?, askedFrom address: String,
    changed: @escaping @Sendable () -> Void
  ) throws(ChangeRefused) {
    if let hindrance = hindrance(to: action, run, of: study) {
      throw ChangeRefused(
        status: isAllowed ? .conflict : .forbidden,
        reason: "the run cannot be \(action.done): \(hindrance)")
    }
    let process =
      switch action {
      case .stop: try stop(run)
      case .resume: try resume(run, changed)
      }
    count.withLock { $0 += 1 }
    let path = String(reflecting: run.place.path)
    audit("\(action.rawValue) of \(path), process \(process), asked for by \(address)")
    changed()
  }

  private func stop(_ run: RunEntry) throws(ChangeRefused) -> Int32 {
    // Looked up once more: what was true a moment ago need not be.
    guard let process = RunHolder.process(of: run.place.path), kill(process, SIGTERM) == 0 else {
      throw ChangeRefused(status: .conflict, reason: "the run has ended just now")
    }
    asked.withLock { $0[run.identifier] = process }
    return process
  }

  private func resume(
    _ run: RunEntry, _ changed: @escaping @Sendable () -> Void
  ) throws(ChangeRefused) -> Int32 {
    guard let programs else {
      throw ChangeRefused(status: .forbidden, reason: "nothing can be started")
    }
    let path = run.place.path
    let command = StartedPrograms.Command(
      executable: programs.executable, arguments: programs.resuming(path),
      // It outlives this process, and follows no study.
      removed: ["GNOMON_PARENT"])
    do {
      return try started.start(run.identifier, command, log: RunLog.writable(of: path)) {
        [weak self] _ in
        self?.count.withLock { $0 += 1 }
        changed()
      }
    } catch {
      throw ChangeRefused(status: .conflict, reason: "the run cannot be resumed: \(error)")
    }
  }
}

extension RunControl.Action {
  /// What a run is then.
  var done: String {
    switch self {
    case .stop: "stopped"
    case .resume: "resumed"
    }
  }

  /// What a reader who confirms it should know.
  var consequence: String {
    switch self {
    case .stop:
      "Its process ends when the step that it is at is done, and writes a checkpoint before. The run can be resumed from there."
    case .resume:
      "A process of its own goes on from the newest checkpoint under the run's own settings, on the machine that serves this page. It runs on when the server ends."
    }
  }
}
