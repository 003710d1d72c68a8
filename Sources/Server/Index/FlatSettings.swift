import Records

/// A configuration as keys and values: the members of objects stand under their path.
enum FlatSettings {
  /// The most keys that are kept of one configuration.
  private static let most = 500

  static func of(_ config: JSONValue) -> [String: JSONValue] {
    var settings: [String: JSONValue] = [:]
    add(config, under: "", depth: 0, to: &settings)
    return settings
  }

  private static func add(
    _ value: JSONValue, under path: String, depth: Int, to settings: inout [String: JSONValue]
  ) {
    guard settings.count < most else { return }
    guard case .object(let members) = value, depth < 8 else {
      if !path.isEmpty { settings[path] = value }
      return
    }
    for (key, member) in members {
      add(member, under: path.isEmpty ? key : "\(path).\(key)", depth: depth + 1, to: &settings)
    }
  }

  /// A setting as a study file has it.
  static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: "none"
    case .bool(let flag): flag ? "true" : "false"
    case .integer(let number): "\(number)"
    case .double(let number): "\(number)"
    case .string(let text): text
    case .array(let elements): elements.map(text).joined(separator: ", ")
    case .object(let members):
      members.keys.sorted().map { "\($0): \(text(members[$0] ?? .null))" }.joined(separator: ", ")
    }
  }
}
