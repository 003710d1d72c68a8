import Foundation

/// What can stand under a tag at a step.
public enum LoggedValue: Sendable, Equatable {
  /// A number; it is kept with 24 bits of precision, as TensorBoard keeps it.
  case scalar(Double)
  /// An RGB image as a PNG file, its size in pixels.
  case image(png: Data, width: Int, height: Int)
  /// A distribution of numbers.
  case histogram(Histogram)
}

/// A value with the name it is shown under. Tags that agree up to their first `/` are shown together.
public struct TaggedValue: Sendable, Equatable {
  /// The name.
  public var tag: String
  /// The value.
  public var value: LoggedValue

  /// A value under a tag.
  public init(_ tag: String, _ value: LoggedValue) {
    self.tag = tag
    self.value = value
  }
}

/// One event of a file, read back.
public struct LoggedEvent: Sendable, Equatable {
  /// What an event can say.
  public enum Content: Sendable, Equatable {
    /// Values at the event's step.
    case values([TaggedValue])
    /// A process began: what earlier files hold from the event's step on is void.
    case start
  }

  /// The step it belongs to.
  public var step: Int
  /// What it says.
  public var content: Content

  /// What was said of a step.
  public init(step: Int, content: Content) {
    self.step = step
    self.content = content
  }
}
