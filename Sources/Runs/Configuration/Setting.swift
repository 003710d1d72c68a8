import Records
import Yams

/// One key of a configuration, declared once: what the command line, configuration files, a run's `config.yaml`,
/// its summary and the documents say of it follows from here.
public struct Setting<Value: Sendable & Equatable>: Sendable {
  /// The name in files, words joined by underscores.
  public let key: String
  /// What it is where nothing sets it.
  public let defaultValue: Value
  /// What it means, as a phrase without a full stop.
  public let help: String
  /// What values it takes.
  public let form: SettingForm
  /// The default in words.
  public let defaultText: String
  /// Whether runs that differ in it alone are different runs; not where it decides only on what is measured of them.
  package let tellsRunsApart: Bool

  let json: @Sendable (Value) -> JSONValue
  let parse: @Sendable (String) throws(SettingProblem) -> Value
  let parseMapping: (@Sendable (Node) throws(SettingProblem) -> Value)?

  /// A setting that always has a value.
  package init(
    _ key: String, _ defaultValue: Value, _ kind: SettingKind<Value>, _ help: String,
    tellsRunsApart: Bool = true
  ) {
    self.key = key
    self.tellsRunsApart = tellsRunsApart
    self.defaultValue = defaultValue
    self.help = help
    form = kind.form
    json = kind.json
    parse = kind.parse
    parseMapping = kind.parseMapping
    defaultText = kind.json(defaultValue).settingText ?? ""
  }

  /// A setting that may be left open; `unset` says what happens then.
  package init<Wrapped>(_ key: String, _ kind: SettingKind<Wrapped>, unset: String, _ help: String)
  where Value == Wrapped? {
    self.key = key
    defaultValue = nil
    tellsRunsApart = true
    self.help = help
    form = kind.form
    json = { value in value.map(kind.json) ?? .null }
    parse = { text throws(SettingProblem) in try kind.parse(text) }
    parseMapping = nil
    defaultText = unset
  }
}

extension JSONValue {
  /// One value as a setting's text; nil for null, lists and mappings.
  var settingText: String? {
    switch self {
    case .bool(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .double(let number): number.plainText
    case .string(let text): text
    case .null, .array, .object: nil
    }
  }
}

/// A setting whatever the type of its value: what walks all of them needs.
package protocol SettingDeclaration: Sendable {
  /// The name in files.
  var key: String { get }
  /// What it means, as a phrase without a full stop.
  var help: String { get }
  /// What values it takes.
  var form: SettingForm { get }
  /// The default in words.
  var defaultText: String { get }
  /// Whether runs that differ in it alone are different runs.
  var tellsRunsApart: Bool { get }

  /// What it is in a configuration; null where it is left open.
  func json(in configuration: RunConfiguration) -> JSONValue
  /// Sets it from text.
  func set(_ configuration: inout RunConfiguration, to text: String) throws(ConfigurationError)
  /// Sets it from what a file has for it; an empty value leaves it as it is.
  func set(_ configuration: inout RunConfiguration, to node: Node) throws(ConfigurationError)
  /// The way `value` is written today; itself where it cannot be read.
  func canonical(_ value: JSONValue) -> JSONValue
  /// Whether two configurations agree on it.
  func agrees(_ left: RunConfiguration, _ right: RunConfiguration) -> Bool
}

extension Setting: SettingDeclaration {
  package func json(in configuration: RunConfiguration) -> JSONValue { json(configuration[self]) }

  package func set(
    _ configuration: inout RunConfiguration, to text: String
  ) throws(ConfigurationError) {
    configuration[self] = try value(text)
  }

  package func set(
    _ configuration: inout RunConfiguration, to node: Node
  ) throws(ConfigurationError) {
    if node.mapping != nil, let parseMapping {
      do throws(SettingProblem) {
        configuration[self] = try parseMapping(node)
      } catch {
        throw .value(key: key, text: nil, form, error)
      }
      return
    }
    guard let scalar = node.scalar?.string else { throw .notOneValue(key: key) }
    if node.null != nil && scalar.isEmpty || scalar == "null" || scalar == "~" { return }
    configuration[self] = try value(scalar)
  }

  package func canonical(_ value: JSONValue) -> JSONValue {
    guard let text = value.settingText, let read = try? parse(text) else { return value }
    return json(read)
  }

  package func agrees(_ left: RunConfiguration, _ right: RunConfiguration) -> Bool {
    left[self] == right[self]
  }

  private func value(_ text: String) throws(ConfigurationError) -> Value {
    do throws(SettingProblem) {
      return try parse(text)
    } catch {
      throw .value(key: key, text: text, form, error)
    }
  }
}
