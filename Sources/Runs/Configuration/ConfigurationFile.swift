import Foundation
import Records
import RunStore
import Yams

extension RunConfiguration {
  /// Reads a configuration file over the defaults.
  ///
  /// - Throws: `ConfigurationError` for a file that cannot be read or is no YAML mapping, for an unknown
  ///   key (with the nearest known one) and for a value that its setting does not take.
  public init(path: String) throws(ConfigurationError) {
    self.init()
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw .unreadable(path: path)
    }
    try apply(yaml: text, from: path)
  }

  /// Reads the configuration that a run has in its folder. What it says of encoders of the other kind than the run's had no
  /// effect, and counts as not set.
  ///
  /// - Throws: as `init(path:)`.
  package init(of folder: RunFolder) throws(ConfigurationError) {
    try self.init(path: folder.config.path)
    reset(keysOfOtherEncoders)
  }

  /// Changes what a YAML mapping of keys and values names; `source` is for messages.
  ///
  /// - Throws: what `init(path:)` throws for a file's text.
  public mutating func apply(yaml text: String, from source: String) throws(ConfigurationError) {
    guard !YAMLAliases.areTooMany(in: text) else {
      throw .notYAML(
        source: source, reason: "it has more than \(YAMLAliases.limit) aliases (*name)")
    }
    let node: Node?
    do {
      node = try compose(yaml: text)
    } catch {
      let reason = "\(error)".split(separator: "\n").first.map(String.init) ?? ""
      throw .notYAML(source: source, reason: reason)
    }
    guard let node else { return }
    guard let mapping = node.mapping else { throw .notAMapping(source: source) }
    for (key, value) in mapping {
      do throws(ConfigurationError) {
        try set(key.string ?? "", to: value)
      } catch {
        throw .inFile(source: source, error)
      }
    }
  }

  /// Changes one key to what a file has for it; an empty value leaves the key as it is.
  package mutating func set(_ key: String, to value: Node) throws(ConfigurationError) {
    try RunConfiguration.declaration(of: key).set(&self, to: value)
  }

  /// The keys and values as YAML that `init(path:)` reads back to an equal configuration.
  public var yaml: String {
    let lines = RunConfiguration.declarations.flatMap { declaration -> [String] in
      switch declaration.json(in: self) {
      case .null: []
      case .object(let members):
        ["\(declaration.key):"] + RunConfiguration.yamlMembers(members).map { "  " + $0 }
      case let value: ["\(declaration.key): \(RunConfiguration.yaml(value))"]
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A value on one line.
  private static func yaml(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .double(let number): "\(number)"
    case .string(let text): quoted(text)
    case .array(let elements): "[" + elements.map(yaml).joined(separator: ", ") + "]"
    case .object(let members): "{" + yamlMembers(members).joined(separator: ", ") + "}"
    }
  }

  /// In single quotes; in double ones, with escapes, where a reader would fold lines or refuse a character.
  private static func quoted(_ text: String) -> String {
    func isPlain(_ scalar: Unicode.Scalar) -> Bool {
      (0x20..<0x7F).contains(scalar.value)
        || scalar.value > 0xA0 && ![0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF].contains(scalar.value)
    }
    if text.unicodeScalars.allSatisfy(isPlain) {
      // By scalars: a quote and a combining mark are one character.
      return "'" + text.unicodeScalars.map { $0 == "'" ? "''" : "\($0)" }.joined() + "'"
    }
    let escaped = text.unicodeScalars.map { scalar in
      if scalar == "\"" || scalar == "\\" { return "\\\(scalar)" }
      return isPlain(scalar) ? "\(scalar)" : String(format: "\\u%04X", scalar.value)
    }
    return "\"" + escaped.joined() + "\""
  }

  private static func yamlMembers(_ members: [String: JSONValue]) -> [String] {
    members.sorted { $0.key < $1.key }.map { "\($0.key): \(yaml($0.value))" }
  }
}
