import Foundation
import RunStore
import Synchronization

/// Programs that the server has started and that still run, by what each was started for.
final class StartedPrograms: Sendable {
  /// How a program is started.
  struct Command: Sendable {
    let executable: String
    let arguments: [String]
    /// Variables of the environment, in place of this process's of the same name.
    var environment: [String: String] = [:]
    /// Variables of this process that it does not have.
    var removed: [String] = []
    /// How much it stands back for others, as `nice` has it.
    var niceness: Int32 = 0
  }

  /// Why a program did not start.
  struct CannotStart: Error, CustomStringConvertible {
    let description: String
  }

  private let running = Mutex<[String: pid_t]>([:])

  /// The process that was started for `key` and has not ended.
  func process(for key: String) -> pid_t? { running.withLock { $0[key] } }

  /// How many run.
  var count: Int { running.withLock { $0.count } }

  /// Starts a program in a session of its own, so that what ends the server does not end it.
  ///
  /// - Parameters:
  ///   - key: what it is for; of each one at a time.
  ///   - command: the program.
  ///   - log: the file that all it says is added to.
  ///   - ended: called when it has ended, with its code; nil where a signal ended it.
  /// - Throws: `CannotStart`, also while one runs for the same.
  @discardableResult
  func start(
    _ key: String, _ command: Command, log: String,
    ended: @escaping @Sendable (Int32?) -> Void = { _ in }
  ) throws(CannotStart) -> pid_t {
    let descriptor = open(
      log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o666)
    guard descriptor >= 0 else {
      throw CannotStart(
        description: "its log cannot be written: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    let outcome: Result<pid_t, CannotStart> = running.withLock { running in
      if let process = running[key] {
        return .failure(CannotStart(description: "process \(process) is at it already"))
      }
      let outcome = Result<pid_t, CannotStart> { () throws(CannotStart) -> pid_t in
        try Self.spawn(command, output: descriptor)
      }
      if case .success(let process) = outcome { running[key] = process }
      return outcome
    }
    let process = try outcome.get()
    if command.niceness != 0 {
      #if canImport(Glibc)
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(process), command.niceness)
      #else
        setpriority(PRIO_PROCESS, id_t(process), command.niceness)
      #endif
    }
    let waiter = Thread { [weak self] in
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 && errno == EINTR {}
      self?.running.withLock { running in
        if running[key] == process { running[key] = nil }
      }
      if case .exited(let code) = ProgramEnding(waitStatus: status) {
        ended(code)
      } else {
        ended(nil)
      }
    }
    waiter.stackSize = 1 << 18
    waiter.start()
    return process
  }

  private static func spawn(_ command: Command, output: Int32) throws(CannotStart) -> pid_t {
    var start = ProgramStart(command.executable, command.arguments)
    start.environment.merge(command.environment) { $1 }
    for name in command.removed { start.environment[name] = nil }
    start.output = .descriptor(output)
    start.errors = .descriptor(output)
    start.group = .ownSession
    // Connections of the server are not its children's.
    start.inheritsFiles = false
    do throws(ProgramStart.Failure) {
      return try start.start()
    } catch {
      throw CannotStart(description: "\(command.executable) cannot be started: \(error.reason)")
    }
  }
}
