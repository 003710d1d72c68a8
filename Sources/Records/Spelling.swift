extension Collection where Element == String {
  /// The element closest to `name` in spelling, whatever its case, if one is close enough to have been meant.
  package func nearest(to name: String) -> String? {
    let letters = name.lowercased()
    let scored = map { (name: $0, distance: $0.lowercased().editDistance(to: letters)) }
    guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= Swift.max(2, best.name.count / 3) ? best.name : nil
  }
}

extension String {
  /// Levenshtein's distance: insertions, deletions and substitutions.
  fileprivate func editDistance(to other: String) -> Int {
    // Hostile names are long; a suggestion for one is of no use.
    let target = Array(other.prefix(64))
    var row = Array(0...target.count)
    for (index, character) in prefix(64).enumerated() {
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
