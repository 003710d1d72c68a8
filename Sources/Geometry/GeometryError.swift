/// Why a figure cannot be measured on the embeddings given, in one line.
public struct GeometryError: Error, Equatable, CustomStringConvertible {
  /// What was wrong, where, and what to do.
  public let description: String

  /// An error with its message.
  public init(_ description: String) { self.description = description }
}
