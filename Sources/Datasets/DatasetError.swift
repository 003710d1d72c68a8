/// Why a data set could not be had: one line that says what was wrong, where, and what to do.
public struct DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file, folder or setting at fault.
  public let place: String
  /// What is wrong with it.
  public let problem: String
  /// What the user can do about it.
  public let remedy: String

  /// A fault at a place, and what to do about it.
  public init(_ place: String, _ problem: String, remedy: String) {
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }

  /// `place: problem; remedy`, on one line whatever characters a path holds.
  public var description: String { singleLine("\(place): \(problem); \(remedy)") }
}

/// The text with every control character, a line break among them, shown as "?".
func singleLine(_ text: String) -> String {
  let scalars = text.unicodeScalars.map { scalar in
    scalar.properties.generalCategory == .control
      || scalar.properties.isPatternWhitespace
        && scalar != " "
      ? "?" : scalar
  }
  return String(String.UnicodeScalarView(scalars))
}
