import Foundation

/// A program that runs beside this one, in a process group of its own: Ctrl-C reaches it only
/// through this process.
final class ChildProcess {
  /// How a program ended.
  enum Ending: Equatable {
    case exited(Int32)
    case killed(signal: Int32)
  }

  private let identifier: pid_t
  private(set) var ending: Ending?

  /// Starts `executable`; standard output is thrown away, standard error goes to the file `log`.
  ///
  /// - Throws: `StudyError.cannotStart`.
  init(
    _ executable: String, _ arguments: [String], environment: [String: String], log: String
  ) throws(StudyError) {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(
      &actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    posix_spawnattr_setpgroup(&attributes, 0)

    var words = ([executable] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var identifier: pid_t = 0
    let code = posix_spawn(&identifier, executable, &actions, &attributes, &words, &variables)
    guard code == 0 else {
      throw .cannotStart(path: executable, reason: String(cString: strerror(code)))
    }
    self.identifier = identifier
  }

  /// Notices when the program has ended.
  func poll() { wait(WNOHANG) }

  /// Waits until the program has ended.
  func wait() { while ending == nil { wait(0) } }

  /// Asks the program to stop.
  func interrupt() {
    if ending == nil { kill(identifier, SIGTERM) }
  }

  private func wait(_ options: Int32) {
    guard ending == nil else { return }
    var status: Int32 = 0
    guard waitpid(identifier, &status, options) == identifier else { return }
    // What WIFEXITED and its kin, macros that Swift does not see, say.
    let signal = status & 0x7f
    ending = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
  }
}
