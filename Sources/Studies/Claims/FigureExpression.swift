import Foundation
import Records

/// What is wrong with an expression, in one line.
package struct ExpressionError: Error, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}

/// A formula of figures, as in `ln(z.effective_rank) - ln(h.effective_rank)`: numbers, figures,
/// + − × ÷, parentheses and the natural logarithm.
package indirect enum FigureExpression: Equatable {
  package enum Operation: Character {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
  }

  case number(Double)
  case figure(Figure)
  case negated(FigureExpression)
  case logarithm(FigureExpression)
  case combined(Operation, FigureExpression, FigureExpression)

  /// Reads a formula.
  ///
  /// - Throws: `ExpressionError` for anything else, and for figures that there are not.
  package init(_ text: String) throws(ExpressionError) {
    var parser = ExpressionParser(text)
    self = try parser.whole()
  }

  /// The value with `figure` giving each figure's; nil where one is missing or the result is not finite.
  package func value(_ figure: (Figure) -> Double?) -> Double? {
    let result: Double?
    switch self {
    case .number(let number): result = number
    case .figure(let name): result = figure(name)
    case .negated(let inner): result = inner.value(figure).map { -$0 }
    case .logarithm(let inner): result = inner.value(figure).map { log($0) }
    case .combined(let operation, let left, let right):
      guard let a = left.value(figure), let b = right.value(figure) else { return nil }
      switch operation {
      case .add: result = a + b
      case .subtract: result = a - b
      case .multiply: result = a * b
      case .divide: result = a / b
      }
    }
    return result.flatMap { $0.isFinite ? $0 : nil }
  }

  /// The formula with every figure under a control; nil where one of them has none.
  package func under(_ control: Control) -> FigureExpression? {
    switch self {
    case .number: return self
    case .figure(let figure): return figure.under(control).map(FigureExpression.figure)
    case .negated(let inner): return inner.under(control).map(FigureExpression.negated)
    case .logarithm(let inner): return inner.under(control).map(FigureExpression.logarithm)
    case .combined(let operation, let left, let right):
      guard let left = left.under(control), let right = right.under(control) else { return nil }
      return .combined(operation, left, right)
    }
  }

  /// The figures it is made of, each once, in their order.
  package var figures: [Figure] {
    switch self {
    case .number: return []
    case .figure(let figure): return [figure]
    case .negated(let inner), .logarithm(let inner): return inner.figures
    case .combined(_, let left, let right):
      let first = left.figures
      return first + right.figures.filter { !first.contains($0) }
    }
  }

  /// The quantities that are compared, by the layer of each: both sides of a difference or ratio of two
  /// layers. Nil where there is but one.
  var series: [(name: String, quantity: FigureExpression)]? {
    guard case .combined(let operation, let left, let right) = self,
      operation == .subtract || operation == .divide,
      let first = left.onlyLayer, let second = right.onlyLayer, first != second
    else { return nil }
    return [(first, left), (second, right)]
  }

  private var onlyLayer: String? {
    let layers = Set(figures.map(\.layer))
    return layers.count == 1 ? layers.first : nil
  }
}

/// Reads a formula from left to right.
private struct ExpressionParser {
  private let text: String
  private var rest: Substring
  private var depth = 0

  init(_ text: String) {
    self.text = text
    rest = text[...]
  }

  mutating func whole() throws(ExpressionError) -> FigureExpression {
    // A long sum is a deep tree.
    guard text.utf8.count <= 2_000 else { throw error("it is longer than 2000 bytes") }
    let expression = try sum()
    skipSpace()
    guard rest.isEmpty else { throw error("'\(rest.prefix(20))' was not expected") }
    return expression
  }

  private mutating func sum() throws(ExpressionError) -> FigureExpression {
    var left = try product()
    while let operation = take(.add, .subtract) {
      left = .combined(operation, left, try product())
    }
    return left
  }

  private mutating func product() throws(ExpressionError) -> FigureExpression {
    var left = try factor()
    while let operation = take(.multiply, .divide) {
      left = .combined(operation, left, try factor())
    }
    return left
  }

  private mutating func factor() throws(ExpressionError) -> FigureExpression {
    // Deeper than anyone writes, shallower than the stack.
    depth += 1
    defer { depth -= 1 }
    guard depth <= 100 else { throw error("it is nested too deeply") }
    if take(.subtract) != nil { return .negated(try factor()) }
    if takeCharacter("(") {
      let inner = try sum()
      guard takeCharacter(")") else { throw error("a ) is missing") }
      return inner
    }
    skipSpace()
    guard let first = rest.first else { throw error("it ends too early") }
    if first.isNumber || first == "." { return .number(try number()) }
    let name = String(
      rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) || "_.@".contains($0) })
    guard !name.isEmpty else { throw error("'\(rest.prefix(20))' was not expected") }
    rest = rest.dropFirst(name.count)
    if !name.contains("."), takeCharacter("(") {
      guard name == "ln" else { throw error("there is no function '\(name)', only ln") }
      let inner = try sum()
      guard takeCharacter(")") else { throw error("a ) is missing") }
      return .logarithm(inner)
    }
    do {
      return .figure(try Figure(name))
    } catch {
      throw self.error("\(error)")
    }
  }

  private mutating func number() throws(ExpressionError) -> Double {
    var length = 0
    var previous: Character = " "
    for character in rest {
      let isExponentSign = (character == "-" || character == "+") && "eE".contains(previous)
      guard character.isNumber || character == "." || "eE".contains(character) || isExponentSign
      else { break }
      previous = character
      length += 1
    }
    let digits = rest.prefix(length)
    guard let value = Double(digits), value.isFinite else {
      throw error("'\(digits)' is no number")
    }
    rest = rest.dropFirst(length)
    return value
  }

  private mutating func take(
    _ operations: FigureExpression.Operation...
  ) -> FigureExpression.Operation? {
    skipSpace()
    guard let operation = operations.first(where: { $0.rawValue == rest.first }) else { return nil }
    rest = rest.dropFirst()
    return operation
  }

  private mutating func takeCharacter(_ character: Character) -> Bool {
    skipSpace()
    guard rest.first == character else { return false }
    rest = rest.dropFirst()
    return true
  }

  private mutating func skipSpace() { rest = rest.drop(while: \.isWhitespace) }

  private func error(_ reason: String) -> ExpressionError {
    ExpressionError("'\(text.prefix(200))': \(reason)")
  }
}
