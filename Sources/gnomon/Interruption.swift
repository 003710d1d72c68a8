import Foundation
import Synchronization

/// Ctrl-C, SIGTERM, a terminal's end (SIGHUP) and SIGUSR1, with which Slurm warns of the end of a job's time, as a flag that the training loop
/// reads between steps. A second Ctrl-C ends the process at once.
enum Interruption {
  /// The environment variable with which a study tells its runs whose children they are.
  static let parentVariable = "GNOMON_PARENT"

  /// The first signal that came; 0 for none.
  nonisolated(unsafe) private static var flag: sig_atomic_t = 0

  /// Whether the user has asked to stop.
  static var isRequested: Bool { flag != 0 }

  /// The code of a process that was stopped: that of a user's Ctrl-C, or else that of one to be started again.
  static var exitCode: Int32 { flag == SIGINT ? Failure.interrupted : Failure.toBeRequeued }

  /// Whether another process started this one and has said so.
  static var hasParent: Bool { parent != nil }

  /// What to say if the user asks to stop now and the process can end at once; nil while it cannot.
  private static let lastWords = Mutex<String?>(nil)

  /// From here on a request to stop ends the process within a tenth of a second, with `message` as its error:
  /// until `endOnlyBetweenSteps`, while nothing is being written.
  static func endAtOnce(saying message: String) {
    lastWords.withLock { $0 = message }
    // A thread that polls: a signal's handler may neither lock nor print.
    let watcher = Thread {
      while true {
        let isOver = lastWords.withLock { message in
          guard let message else { return true }
          guard isRequested else { return false }
          Terminal.error(message)
          _exit(exitCode)
        }
        if isOver { return }
        usleep(50_000)
      }
    }
    watcher.stackSize = 1 << 18
    watcher.start()
  }

  /// Undoes `endAtOnce`. Once this has returned the process no longer ends by itself.
  static func endOnlyBetweenSteps() { lastWords.withLock { $0 = nil } }

  private static var parent: pid_t? {
    ProcessInfo.processInfo.environment[parentVariable].flatMap(pid_t.init)
  }

  /// Begins to listen.
  static func listen() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGUSR1, SIGHUP] {
      sigaddset(&signals, number)
      let before = signal(number) { number in
        // A study passes Ctrl-C on as SIGTERM to children that the terminal has told already.
        if Interruption.flag != 0 && number == SIGINT { _exit(Failure.interrupted) }
        if Interruption.flag == 0 { Interruption.flag = number }
      }
      // nohup has it ignored.
      let wasIgnored = unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
      if number == SIGHUP && wasIgnored { signal(number, SIG_IGN) }
    }
    // Whoever started this process may have blocked them.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Where `GNOMON_PARENT` names a process, stops this one when that one is gone: first as SIGTERM
  /// would, and after `grace` seconds at once.
  static func followParent(grace: Double = 30) {
    guard let parent else { return }
    // A thread that polls: the kernel's own signal follows the parent's thread, not its process.
    let watcher = Thread {
      while getppid() == parent { usleep(100_000) }
      kill(getpid(), SIGTERM)
      usleep(useconds_t(grace * 1e6))
      _exit(Failure.interrupted)
    }
    watcher.stackSize = 1 << 18
    watcher.start()
  }
}
