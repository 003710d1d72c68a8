import Records

extension PolicyError: CustomStringConvertible {
  /// What was wrong and what to do, in one line.
  public var description: String {
    switch self {
    case .unknownPolicy(let name):
      unknown("policy", name, candidates: PolicyPair.names)
    case .unknownPart(let name, let policy):
      unknown(
        "operation", name, where: " in policy '\(policy)'", candidates: Policy.operationNames)
    case .unknownKey(let key, let part, let allowed):
      unknown("key", key, where: " under '\(part)'", candidates: allowed)
    case .missing(let key, let part):
      "'\(part)' is not complete: it needs a \(key)\(key == "range" ? ", as in [0.1, 2]" : "")"
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

extension PolicyError.Expectation: CustomStringConvertible {
  /// `a number`, with its article.
  public var description: String {
    switch self {
    case .operations: "a mapping of operations"
    case .settings: "a mapping, as in {probability: 0.5}"
    case .number: "a number"
    case .flag: "true or false"
    case .pixels: "a number of pixels"
    case .twoNumbers: "two numbers, as in [0.1, 2]"
    case .twoRisingNumbers: "two rising numbers, as in [0.1, 2]"
    case .oneOf(let words): "one of \(words.joined(separator: ", "))"
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
