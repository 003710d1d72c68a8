import Torch

/// Why tensors were not loaded: all the names that do not fit. Nothing was copied.
public struct StateMismatch: Error, Equatable, Sendable {
  /// A tensor whose shape differs.
  public struct Misshapen: Equatable, Sendable {
    /// Its name.
    public let name: String
    /// The shape that was to be filled.
    public let expected: [Int]
    /// The shape that came.
    public let found: [Int]
  }

  /// Names that were to be filled and did not come, sorted.
  public let missing: [String]
  /// Names that came and belong nowhere, sorted.
  public let unexpected: [String]
  /// Names that fit, with shapes that do not; sorted.
  public let misshapen: [Misshapen]

  /// Nil where names and shapes are the same.
  init?(loading values: [String: Tensor], into own: [String: Tensor]) {
    missing = own.keys.filter { values[$0] == nil }.sorted()
    unexpected = values.keys.filter { own[$0] == nil }.sorted()
    misshapen = own.sorted { $0.key < $1.key }.compactMap { name, tensor in
      values[name].flatMap { value in
        value.shape == tensor.shape
          ? nil : Misshapen(name: name, expected: tensor.shape, found: value.shape)
      }
    }
    if missing.isEmpty && unexpected.isEmpty && misshapen.isEmpty { return nil }
  }
}

extension StateMismatch: CustomStringConvertible {
  /// One line with the first names of each kind.
  public var description: String {
    let shapes = misshapen.map { "'\($0.name)' of \($0.found) for \($0.expected)" }
    let kinds = [
      ("missing", missing.map { "'\($0)'" }), ("unexpected", unexpected.map { "'\($0)'" }),
      ("of another shape", shapes),
    ]
    let parts = kinds.filter { !$0.1.isEmpty }.map { "\($0): \(StateMismatch.shortened($1))" }
    return "the tensors do not fit; " + parts.joined(separator: "; ")
  }

  private static func shortened(_ items: [String]) -> String {
    let shown = 3
    let list = items.prefix(shown).joined(separator: ", ")
    return items.count > shown ? "\(list) and \(items.count - shown) more" : list
  }
}
