import CTorch

/// What libtorch refused, or what a tensor file or a device lacked, in one line.
public struct TorchError: Error, Equatable, CustomStringConvertible {
  /// What was wrong, where, and what to do.
  public let description: String

  /// An error with its message.
  public init(_ description: String) { self.description = description }
}

/// Runs `body` and turns the first failure of an operator in it into an error.
///
/// Outside such a scope a wrong shape or type is a programmer's error and traps. Inside, a failed
/// operator yields an empty tensor, the rest of `body` runs on, its result is dropped and the first
/// failure is thrown. So keep `body` short, and free of effects that a failure must undo.
public func catchingTorchErrors<Result>(_ body: () throws -> Result) throws -> Result {
  let scope = Failure.Scope()
  let result = try Failure.$scope.withValue(scope) { try body() }
  if let error = scope.first { throw error }
  return result
}

/// Ends the body of `catchingTorchErrors` where an operator in it has failed, before effects that a failure must not have. Outside of one it
/// does nothing.
public func checkTorchErrors() throws(TorchError) {
  if let error = Failure.scope?.first { throw error }
}

/// What happens when libtorch reports a failure.
enum Failure {
  final class Scope: @unchecked Sendable {  // used by the one thread that runs the scope's body
    var first: TorchError?
  }

  @TaskLocal static var scope: Scope?

  /// Traps with libtorch's message, or records it in the scope of `catchingTorchErrors`.
  static func report(_ context: @autoclosure () -> String) {
    let message = String(cString: ctorch_last_error()).split(separator: "\n").joined(separator: " ")
    let error = TorchError("\(context()): \(message)")
    guard let scope else { fatalError(error.description) }
    if scope.first == nil { scope.first = error }
  }

  static func check(_ status: Int32, doing context: @autoclosure () -> String) {
    if status != 0 { report(context()) }
  }
}
