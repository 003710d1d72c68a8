import Datasets
import Measures
import Runs
import Torch

/// An error with the exit code that says whose mistake it was.
struct Failure: Error {
  /// Something went wrong while working.
  static let failed: Int32 = 1
  /// Wrong usage or configuration.
  static let usage: Int32 = 2
  /// Stopped by the user.
  static let interrupted: Int32 = 130

  let message: String
  let code: Int32

  /// A mistake in what was asked for.
  static func usage(_ message: String) -> Failure { Failure(message: message, code: usage) }

  /// Runs `body`; errors of configuration get the code of wrong usage.
  static func classifying<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as ConfigurationError {
      throw Failure.usage(error.description)
    } catch let error as TrainingError {
      if case .outputExists = error { throw Failure.usage(error.description) }
      throw Failure(message: error.description, code: failed)
    } catch let error as GivenEmbeddingsError {
      throw Failure(message: ErrorWording.message(of: error), code: failed)
    }
  }
}
