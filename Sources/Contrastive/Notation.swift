/// `name:argument,flag,key=value`: how heads, objectives and schedules are written in a configuration.
///
/// A reader takes what it knows, piece by piece, and then asks whether anything is left over.
package struct Notation {
  /// The part before the first colon or comma.
  package let name: String
  /// The part from there to the first comma; nil without a colon.
  package let argument: String?
  /// What follows an at sign before the first comma, in a notation that takes a place there; nil without.
  package let place: String?
  private let kind: NotationError.Kind
  private let text: String
  private let forms: String
  private var options: [Substring]

  /// Takes `text` apart; what it is meant to be, and the forms of that, are for errors.
  package init(
    _ text: String, kind: NotationError.Kind, forms: String, takesPlace: Bool = false
  ) {
    self.kind = kind
    self.forms = forms
    self.text = text
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let placed = parts.first ?? ""
    let at = takesPlace ? placed.firstIndex(of: "@") : nil
    place = at.map { String(placed[placed.index(after: $0)...]) }
    let first = at.map { placed[..<$0] } ?? placed
    let colon = first.firstIndex(of: ":")
    name = String(colon.map { first[..<$0] } ?? first)
    argument = colon.map { String(first[first.index(after: $0)...]) }
    options = Array(parts.dropFirst())
  }

  /// Takes the option `flag`: whether it was there.
  package mutating func takeFlag(_ flag: String) -> Bool {
    guard let index = options.firstIndex(where: { $0 == flag }) else { return false }
    options.remove(at: index)
    return true
  }

  /// Takes the value of `key=value`; nil where it is not there.
  package mutating func takeValue(_ key: String) -> String? {
    guard let index = options.firstIndex(where: { $0.hasPrefix("\(key)=") }) else { return nil }
    return String(options.remove(at: index).dropFirst(key.count + 1))
  }

  /// Takes a number within a range.
  package mutating func takeNumber(
    _ key: String, in range: ClosedRange<Double>
  ) throws(NotationError) -> Double? {
    guard let value = takeValue(key) else { return nil }
    return try number(value, key, in: range)
  }

  /// A bound that no real use reaches, and that keeps products of sizes from overflowing.
  package static let largestWhole = 1_000_000_000

  /// Takes a whole number of at least `minimum`, and at most `maximum`.
  package mutating func takeWhole(
    _ key: String, from minimum: Int, to maximum: Int = Notation.largestWhole
  ) throws(NotationError) -> Int? {
    guard let value = takeValue(key) else { return nil }
    return try whole(value, key, minimum...maximum)
  }

  /// The argument as a number within a range; `what` is for messages.
  package func numberArgument(
    _ what: String, in range: ClosedRange<Double>
  ) throws(NotationError) -> Double {
    try number(argument ?? "", what, in: range)
  }

  /// The argument as a whole number of at least `minimum`, and at most `maximum`.
  package func wholeArgument(
    _ what: String, from minimum: Int, to maximum: Int = Notation.largestWhole
  ) throws(NotationError) -> Int {
    try whole(argument ?? "", what, minimum...maximum)
  }

  /// The argument as whole numbers of at least 1 between hyphens.
  package func widthsArgument() throws(NotationError) -> [Int] {
    try widths(argument ?? "")
  }

  /// `text` as whole numbers of at least 1 between hyphens.
  package func widths(_ text: String) throws(NotationError) -> [Int] {
    var widths: [Int] = []
    for field in text.split(separator: "-", omittingEmptySubsequences: false) {
      widths.append(try whole(String(field), "a width", 1...Notation.largestWhole))
    }
    return widths
  }

  /// Ends the reading.
  ///
  /// - Throws: `NotationError` for an option nobody took, and for an argument where `name` has none.
  package func finish(takesArgument: Bool) throws(NotationError) {
    if !takesArgument, argument != nil { throw error(.unexpectedArgument(of: name)) }
    if let option = options.first { throw error(.unknownOption(String(option), of: name)) }
  }

  /// An error about this text.
  package func error(_ problem: NotationError.Problem) -> NotationError {
    NotationError(kind: kind, text: text, problem: problem, forms: forms)
  }

  private func number(
    _ value: String, _ what: String, in range: ClosedRange<Double>
  ) throws(NotationError) -> Double {
    guard let number = Double(value), range.contains(number) else {
      throw error(.notANumber(value, of: what, range: range))
    }
    return number
  }

  private func whole(
    _ value: String, _ what: String, _ range: ClosedRange<Int>
  ) throws(NotationError) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw error(.notAWholeNumber(value, of: what, range: range))
    }
    return number
  }
}
