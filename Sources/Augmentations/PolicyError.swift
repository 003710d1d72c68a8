import Records

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
  guard let nearest = candidates.nearest(to: name) else {
    return "unknown \(kind) '\(name)'\(place); known: \(known)"
  }
  return "unknown \(kind) '\(name)'\(place), did you mean '\(nearest)'? Known: \(known)"
}
