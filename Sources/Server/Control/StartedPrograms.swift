import Foundation
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
      // What WIFEXITED and its kin, macros that Swift does not see, say.
      ended(status & 0x7f == 0 ? (status >> 8) & 0xff : nil)
    }
    waiter.stackSize = 1 << 18
    waiter.start()
    return process
  }

  /// Marks this process's descriptors as its own: connections of the server are not its children's.
  private static func keepDescriptors() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    for descriptor in names.compactMap({ Int32($0) }) where descriptor > STDERR_FILENO {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
  }

  private static func spawn(_ command: Command, output: Int32) throws(CannotStart) -> pid_t {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
      let flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_CLOEXEC_DEFAULT
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
      // POSIX_SPAWN_SETSID, which the headers show to GNU's own programs alone.
      let flags: Int32 = 0x80
      keepDescriptors()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var environment = ProcessInfo.processInfo.environment
    environment.merge(command.environment) { $1 }
    for name in command.removed { environment[name] = nil }
    var words = ([command.executable] + command.arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var process: pid_t = 0
    let code = posix_spawn(&process, command.executable, &actions, &attributes, &words, &variables)
    guard code == 0 else {
      throw CannotStart(
        description: "\(command.executable) cannot be started: \(String(cString: strerror(code)))")
    }
    return process
  }
}
