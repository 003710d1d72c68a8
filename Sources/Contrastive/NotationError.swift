/// A head, an objective or a schedule that cannot be read.
public struct NotationError: Error, Sendable, Hashable {
  /// What a text was meant to be.
  public enum Kind: String, Sendable, CaseIterable {
    case head
    case objective
    case schedule
  }

  /// What is wrong with a text.
  public enum Problem: Sendable, Hashable {
    /// It begins with a name that nothing of its kind has.
    case unknownName(String)
    /// Something follows a colon after a name that takes nothing there.
    case unexpectedArgument(of: String)
    /// An option that the name does not have, or has had already.
    case unknownOption(String, of: String)
    /// A value, of what it is said, that is no number of a range.
    case notANumber(String, of: String, range: ClosedRange<Double>)
    /// A value, of what it is said, that is no whole number of a range.
    case notAWholeNumber(String, of: String, range: ClosedRange<Int>)
    /// Fewer widths than the name needs, which are named, with an example.
    case tooFewWidths(needed: String, example: String)
    /// It takes more coordinates of h than there are.
    case tooManyCoordinates(Int, of: Int)
    /// More coordinates of a code are to be kept than it has.
    case tooManyOfCode(Int, of: Int)
    /// An odd number of levels, of which one would be 0, or more than can be told apart.
    case levels(Int, limit: Int)
    /// What follows an at sign is none of the places.
    case unknownPlace(String)
    /// It cannot stand at h, for a reason.
    case notAtH(String, reason: String)
  }

  /// What it was meant to be.
  public let kind: Kind
  /// What was given.
  public let text: String
  /// What is wrong with it.
  public let problem: Problem
  /// The forms that are read, as a phrase.
  public let forms: String

  /// An error about `text`.
  public init(kind: Kind, text: String, problem: Problem, forms: String) {
    self.kind = kind
    self.text = text
    self.problem = problem
    self.forms = forms
  }
}

extension NotationError: CustomStringConvertible {
  /// One line, whatever the text holds.
  public var description: String {
    let message = "\(kind.rawValue) '\(text)' is not understood: \(reason)"
    return message.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .joined(separator: "\\n")
  }

  private var reason: String {
    switch problem {
    case .unknownName: "use \(forms)"
    case .unexpectedArgument(let name): "\(name) takes nothing after a colon"
    case .unknownOption(let option, let name): "'\(option)' is no option of \(name)"
    case .notANumber(let value, let what, let range):
      "\(what) is '\(value)', not a number \(range.phrase)"
    case .notAWholeNumber(let value, let what, let range):
      "\(what) is '\(value)', not a whole number from \(range.lowerBound) "
        + (range.upperBound < Notation.largestWhole || value.contains(where: \.isNumber)
          ? "to \(range.upperBound)" : "up")
    case .tooFewWidths(let needed, let example): "give \(needed), as in \(example)"
    case .tooManyCoordinates(let count, let inputs):
      "\(count) is more than the \(inputs) coordinates of h"
    case .tooManyOfCode(let count, let width):
      "\(count) is more than the \(width) coordinates of the sparse code"
    case .levels(let count, let limit):
      count.isMultiple(of: 2)
        ? "\(count) levels are more than \(limit)"
        : "of \(count) levels one is 0, and a z of zeros has no direction: take an even number"
    case .unknownPlace(let place):
      "'\(place)' is no place, which are \(LossPlace.allCases.map(\.rawValue).joined(separator: ", "))"
    case .notAtH(let name, let reason): "\(name) cannot stand at h: \(reason)"
    }
  }
}

extension ClosedRange<Double> {
  fileprivate var phrase: String {
    upperBound >= .greatestFiniteMagnitude
      ? "from \(lowerBound) up" : "from \(lowerBound) to \(upperBound)"
  }
}
