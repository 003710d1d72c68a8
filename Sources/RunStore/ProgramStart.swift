import Foundation

/// How a program is started beside this one.
package struct ProgramStart {
  /// Why a program did not start.
  package struct Failure: Error, Equatable {
    /// The system's reason.
    package let reason: String
  }

  /// Where something that a program writes goes.
  package enum Output {
    /// Nowhere.
    case nothing
    /// To a file that is made, or emptied first.
    case file(String)
    /// To a file that this process has open.
    case descriptor(Int32)
  }

  /// How far a program stands apart from this one's terminal.
  package enum Group {
    /// Ctrl-C reaches it only through this process.
    case ownGroup
    /// What ends this process's session does not end it.
    case ownSession
  }

  /// Its path, or a name that is looked for on `PATH`.
  package var executable: String
  /// What follows its name.
  package var arguments: [String]
  /// All of its environment's variables.
  package var environment = ProcessInfo.processInfo.environment
  /// Where standard output goes.
  package var output = Output.nothing
  /// Where standard error goes.
  package var errors = Output.nothing
  /// How far it stands apart.
  package var group = Group.ownGroup
  /// Whether it has the files open that this process has.
  package var inheritsFiles = true

  /// A program with this process's environment, in a group of its own.
  package init(_ executable: String, _ arguments: [String]) {
    self.executable = executable
    self.arguments = arguments
  }

  /// Starts it; standard input is empty.
  ///
  /// - Returns: its process's number, for which somebody has to wait.
  /// - Throws: `Failure`.
  package func start() throws(Failure) -> pid_t {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
      var flags = group == .ownSession ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP
      if !inheritsFiles { flags |= POSIX_SPAWN_CLOEXEC_DEFAULT }
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
      // POSIX_SPAWN_SETSID, which the headers show to GNU's own programs alone.
      let flags: Int32 = group == .ownSession ? 0x80 : Int32(POSIX_SPAWN_SETPGROUP)
      if !inheritsFiles { Self.keepFiles() }
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    for (output, descriptor) in [(output, STDOUT_FILENO), (errors, STDERR_FILENO)] {
      switch output {
      case .nothing:
        posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
      case .file(let path):
        posix_spawn_file_actions_addopen(
          &actions, descriptor, path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
      case .descriptor(let open):
        posix_spawn_file_actions_adddup2(&actions, open, descriptor)
      }
    }
    // A thread of a pool may have signals blocked, and a shell that does not hear of its children's ends waits for ever.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(flags | Int32(POSIX_SPAWN_SETSIGMASK)))
    posix_spawnattr_setpgroup(&attributes, 0)

    var words = ([executable] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var process: pid_t = 0
    let code = posix_spawnp(&process, executable, &actions, &attributes, &words, &variables)
    guard code == 0 else { throw Failure(reason: String(cString: strerror(code))) }
    return process
  }

  /// Marks this process's files as its own.
  private static func keepFiles() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    for descriptor in names.compactMap({ Int32($0) }) where descriptor > STDERR_FILENO {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
  }
}

/// How a program ended.
package enum ProgramEnding: Equatable, Sendable {
  /// By itself, with this code.
  case exited(Int32)
  /// By a signal.
  case killed(signal: Int32)

  /// What `waitpid` says, read as WIFEXITED and its kin do, macros that Swift does not see.
  package init(waitStatus status: Int32) {
    let signal = status & 0x7f
    self = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
  }
}
