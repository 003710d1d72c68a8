/// A configuration that cannot be run, in one line.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// What was wrong, where, and what to do.
  public let description: String

  /// An error with its message.
  public init(_ description: String) { self.description = description }
}
