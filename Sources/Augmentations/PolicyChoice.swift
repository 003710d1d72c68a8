/// Which augmentations a run trains with, before its strength.
public enum PolicyChoice: Sendable, Equatable {
  /// A published policy, as `PolicyPair.named(_:strength:)` knows it.
  case named(String)
  /// A policy of all views that a configuration file describes, as it is at strength 1.
  case described(Policy)

  /// The policy's name.
  public var name: String {
    switch self {
    case .named(let name): name
    case .described(let policy): policy.name
    }
  }

  /// The policies of a sample's views at a strength.
  ///
  /// - Throws: `PolicyError` for an unknown name and for a strength that is not from 0 to 2.
  public func policies(strength: Float) throws(PolicyError) -> PolicyPair {
    switch self {
    case .named(let name):
      return try PolicyPair.named(name, strength: strength)
    case .described(let policy):
      guard PolicyError.strengths ~= strength else { throw .strength(strength) }
      return PolicyPair(policy.scaled(by: strength))
    }
  }
}

extension PolicyChoice: ExpressibleByStringLiteral {
  /// A published policy.
  public init(stringLiteral name: String) { self = .named(name) }
}
