/// What is wrong with a policy's description.
public enum PolicyError: Error, Equatable, Sendable {
  /// No policy has this name.
  case unknownPolicy(String)
  /// A policy's description names a part that there is not.
  case unknownPart(String, policy: String)
  /// A part's description has a key that it does not take.
  case unknownKey(String, part: String, allowed: [String])
  /// A part's description lacks a key without which it means nothing.
  case missing(key: String, part: String)
  /// The strength is not a number within `strengths`.
  case strength(Float)
  /// A probability is not a number from 0 to 1.
  case probability(Float, part: String)
  /// A range's bounds are out of order, or beyond what the part takes.
  case range(lower: Float, upper: Float, part: String, allowed: ClosedRange<Float>)
  /// A value is not of the kind that its key takes; `part` is `PART` or `PART: KEY`.
  case malformed(part: String, expected: Expectation)

  /// The kinds of values that descriptions are made of.
  public enum Expectation: Equatable, Sendable {
    /// A mapping from operations to their settings.
    case operations
    /// A mapping from a part's keys to values.
    case settings
    /// A number.
    case number
    /// True or false.
    case flag
    /// A number of pixels.
    case pixels
    /// A list of two numbers.
    case twoNumbers
    /// Two finite numbers, the second no less than the first.
    case twoRisingNumbers
    /// One of some words.
    case oneOf([String])
  }

  /// The strengths that policies can be scaled to.
  public static let strengths: ClosedRange<Float> = 0...2
}

extension PolicyError {
  static func check(_ probability: Float, of part: String) throws(PolicyError) {
    guard 0...1 ~= probability else { throw .probability(probability, part: part) }
  }

  static func check(
    _ range: ClosedRange<Float>, of part: String, within allowed: ClosedRange<Float>
  ) throws(PolicyError) {
    guard allowed.contains(range.lowerBound), allowed.contains(range.upperBound) else {
      throw .range(
        lower: range.lowerBound, upper: range.upperBound, part: part, allowed: allowed)
    }
  }
}
