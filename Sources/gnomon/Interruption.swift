import Foundation

/// Ctrl-C and SIGTERM as a flag that the training loop reads between steps. A second Ctrl-C ends the
/// process at once.
enum Interruption {
  nonisolated(unsafe) private static var flag: sig_atomic_t = 0

  /// Whether the user has asked to stop.
  static var isRequested: Bool { flag != 0 }

  /// Begins to listen.
  static func listen() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if Interruption.flag != 0 { _exit(Failure.interrupted) }
        Interruption.flag = 1
        _ = number
      }
    }
  }
}
