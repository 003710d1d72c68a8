import Records
import Runs
import Yams

/// A value of a configuration key as a study file gives it, checked.
struct SettingValue: Equatable {
  /// As the configuration reads it back: `1` for a real number becomes `1.0`.
  let json: JSONValue
  /// As the file has it.
  private let node: Node

  /// The value `node` gives `key`.
  ///
  /// - Throws: `ConfigurationError` for an unknown key or a value out of range.
  init(_ node: Node, for key: String) throws(ConfigurationError) {
    var configuration = RunConfiguration()
    try configuration.set(key, to: node)
    json = configuration.value(of: key) ?? .null
    self.node = node
  }

  /// The name of an arm or a data set.
  init(named name: String) {
    json = .string(name)
    node = Node(name)
  }

  /// Gives `key` this value.
  func apply(to configuration: inout RunConfiguration, _ key: String) throws(ConfigurationError) {
    try configuration.set(key, to: node)
  }

  /// The value for people and names of folders.
  var text: String { json.plainText }

  static func == (left: SettingValue, right: SettingValue) -> Bool { left.json == right.json }
}

extension JSONValue {
  /// The value as a person writes it: `0.5`, `mlp:128-64`, `true`; a described policy by its name.
  package var plainText: String {
    switch self {
    case .null: "default"
    case .bool(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .double(let number): "\(number)"
    case .string(let text): text
    case .array(let elements): elements.map(\.plainText).joined(separator: "-")
    case .object(let members): members["name"]?.plainText ?? "described"
    }
  }
}
