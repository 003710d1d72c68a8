/// What is wrong with a policy's description, in one line.
public enum PolicyError: Error, Equatable, CustomStringConvertible {
  /// No policy has this name.
  case unknownPolicy(String)
  /// A policy's description names a part that there is not.
  case unknownPart(String, policy: String)
  /// A part's description has a key that it does not take.
  case unknownKey(String, part: String, allowed: [String])
  /// The strength is not a number from 0 to 2.
  case strength(Float)
  /// A probability is not a number from 0 to 1.
  case probability(Float, part: String)
  /// A range's bounds are out of order, or beyond what the part takes.
  case range(lower: Float, upper: Float, part: String, allowed: ClosedRange<Float>)
  /// A value is not of the kind that its key takes.
  case malformed(part: String, expected: String)

  /// What was wrong and what to do.
  public var description: String {
    switch self {
    case .unknownPolicy(let name):
      unknown("policy", name, candidates: PolicyPair.names)
    case .unknownPart(let name, let policy):
      unknown("operation", name, where: " in policy '\(policy)'", candidates: Policy.partNames)
    case .unknownKey(let key, let part, let allowed):
      unknown("key", key, where: " under '\(part)'", candidates: allowed)
    case .strength(let strength):
      "strength \(strength) is not a number from 0 to 2: 0 is the identity, 1 the published policy"
    case .probability(let probability, let part):
      "probability \(probability) of '\(part)' is not a number from 0 to 1"
    case .range(let lower, let upper, let part, let allowed):
      "range [\(lower), \(upper)] of '\(part)' is not two rising numbers within "
        + "[\(allowed.lowerBound), \(allowed.upperBound)]"
    case .malformed(let part, let expected):
      "'\(part)' is not \(expected)"
    }
  }
}

/// `unknown policy 'simclt', did you mean 'simclr'? Known: simclr, …`.
private func unknown(
  _ kind: String, _ name: String, where place: String = "", candidates: [String]
) -> String {
  let known = candidates.joined(separator: ", ")
  guard let nearest = nearest(to: name, among: candidates) else {
    return "unknown \(kind) '\(name)'\(place); known: \(known)"
  }
  return "unknown \(kind) '\(name)'\(place), did you mean '\(nearest)'? Known: \(known)"
}

/// The candidate whose spelling is nearest to `name`, where one is near enough.
private func nearest(to name: String, among candidates: [String]) -> String? {
  let plain = name.lowercased()
  let ranked = candidates.map { ($0, editDistance(plain, $0.lowercased())) }
  guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= max(2, best.0.count / 3) else {
    return nil
  }
  return best.0
}

/// How many letters to insert, remove or replace to turn one word into the other (Levenshtein).
private func editDistance(_ first: String, _ second: String) -> Int {
  // Hostile names are long; a suggestion for one is of no use.
  let letters = Array(second.prefix(64))
  var row = Array(0...letters.count)
  for (index, letter) in first.prefix(64).enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for (column, other) in letters.enumerated() {
      let replaced = diagonal + (letter == other ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
    }
  }
  return row[letters.count]
}
