import Foundation
import RunStore

/// A program that runs beside this one, in a process group of its own: Ctrl-C reaches it only
/// through this process.
final class ChildProcess {
  private let identifier: pid_t
  private(set) var ending: ProgramEnding?

  /// Starts a program.
  ///
  /// - Throws: `StudyError.cannotStart`.
  init(_ start: ProgramStart) throws(StudyError) {
    do throws(ProgramStart.Failure) {
      identifier = try start.start()
    } catch {
      throw .cannotStart(path: start.executable, reason: error.reason)
    }
  }

  /// Notices when the program has ended.
  func poll() { wait(WNOHANG) }

  /// Waits until the program has ended.
  func wait() { while ending == nil { wait(0) } }

  /// Asks the program to stop.
  func interrupt() { signal(SIGTERM) }

  /// Ends the program at once.
  func end() { signal(SIGKILL) }

  private func signal(_ number: Int32) {
    if ending == nil { kill(identifier, number) }
  }

  private func wait(_ options: Int32) {
    guard ending == nil else { return }
    var status: Int32 = 0
    guard waitpid(identifier, &status, options) == identifier else { return }
    ending = ProgramEnding(waitStatus: status)
  }
}
