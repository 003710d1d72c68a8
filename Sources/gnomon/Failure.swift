import Datasets
import Reports
import Runs
import Studies

/// An error with the exit code that says whose mistake it was.
struct Failure: Error {
  /// Something went wrong while working.
  static let failed: Int32 = 1
  /// Wrong usage or configuration.
  static let usage: Int32 = 2
  /// Stopped by the user.
  static let interrupted: Int32 = 130
  /// Stopped by the machine, and to be started again: `EX_TEMPFAIL` of sysexits.h.
  static let toBeRequeued: Int32 = 75

  let message: String
  let code: Int32

  /// A mistake in what was asked for.
  static func usage(_ message: String) -> Failure { Failure(message: message, code: usage) }
}

extension Failure {
  /// What a user is told of an error, and the code that it ends the program with.
  init(_ error: any Error) {
    self =
      (error as? Failure)
      ?? Failure(message: ErrorWording.line(for: error), code: Failure.code(for: error))
  }

  /// Errors of configuration get the code of wrong usage.
  private static func code(for error: any Error) -> Int32 {
    switch error {
    case is ConfigurationError, is StudyFileError, is LaunchedProcess.Problem,
      RunError.outputExists, RunError.outputIsFile, RunError.unevenShares,
      RunError.noDeviceOfItsOwn,
      StudyError.isAStudyFolder,
      StudyError.hasItsSettings, MakingError.imageSize, ReportError.unknownClaim:
      usage
    default: failed
    }
  }

  /// Runs `body`, whose errors get their wording and their code.
  static func classifying<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw Failure(error)
    }
  }
}
