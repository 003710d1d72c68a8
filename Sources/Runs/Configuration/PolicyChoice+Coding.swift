import Augmentations
import Foundation
import Records
import RunStore
import Yams

extension PolicyChoice {
  /// A policy described by a YAML mapping; `Policy`'s Codable form says how.
  init(describedBy mapping: Node) throws(SettingProblem) {
    guard !mapping.hasNumberInBaseSixty else {
      throw .unreadable(reason: "a number in it is written with colons")
    }
    do {
      self = .described(try YAMLDecoder().decode(Policy.self, from: mapping))
    } catch let error as PolicyError {
      throw .policy(error)
    } catch {
      throw .unreadable(reason: "\(error)")
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
