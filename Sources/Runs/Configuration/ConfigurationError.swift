/// A configuration that cannot be run, in one line.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// What was wrong, where, and what to do.
  public let description: String

  /// An error with its message.
  public init(_ description: String) { self.description = description }
}

extension Collection where Element == String {
  /// The element closest to `name` in spelling, if one is close enough to have been meant.
  package func nearest(to name: String) -> String? {
    let scored = map { (name: $0, distance: $0.editDistance(to: name)) }
    guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= Swift.max(2, name.count / 3) ? best.name : nil
  }
}

extension String {
  /// Levenshtein's distance: insertions, deletions and substitutions.
  fileprivate func editDistance(to other: String) -> Int {
    let target = Array(other)
    var row = Array(0...target.count)
    for (index, character) in enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in target.indices {
        let substitution = diagonal + (target[column] == character ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(substitution, row[column] + 1, diagonal + 1)
      }
    }
    return row[target.count]
  }
}
