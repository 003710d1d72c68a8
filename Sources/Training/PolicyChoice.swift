import Augmentations
import Foundation
import RunStore
import Yams

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
      guard 0...2 ~= strength else { throw .strength(strength) }
      return PolicyPair(policy.scaled(by: strength))
    }
  }
}

extension PolicyChoice: ExpressibleByStringLiteral {
  /// A published policy.
  public init(stringLiteral name: String) { self = .named(name) }
}

extension PolicyChoice {
  /// A policy described by a YAML mapping; `Policy`'s Codable form says how.
  init(describedBy mapping: Node) throws(ConfigurationError) {
    do {
      self = .described(try YAMLDecoder().decode(Policy.self, from: mapping))
    } catch {
      throw ConfigurationError("policy: \(error)")
    }
  }

  /// The name, or the description as `init(describedBy:)` reads it back.
  var json: JSONValue {
    switch self {
    case .named(let name):
      return .string(name)
    case .described(let policy):
      do {
        return try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(policy))
      } catch {
        preconditionFailure("a policy that was read cannot be written: \(error)")
      }
    }
  }
}
