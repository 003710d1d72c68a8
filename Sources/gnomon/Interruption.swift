import Foundation

/// Ctrl-C and SIGTERM as a flag that the training loop reads between steps. A second Ctrl-C ends the
/// process at once.
enum Interruption {
  nonisolated(unsafe) private static var flag: sig_atomic_t = 0

  /// Whether the user has asked to stop.
  static var isRequested: Bool { flag != 0 }

  /// Begins to listen.
  static func listen() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&signals, number)
      signal(number) { number in
        if Interruption.flag != 0 { _exit(Failure.interrupted) }
        Interruption.flag = 1
        _ = number
      }
    }
    // Whoever started this process may have blocked them.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
