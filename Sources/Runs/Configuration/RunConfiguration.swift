import Augmentations
import Records
import Torch

/// Everything that decides what a run computes. Equal configurations on the same machine give the
/// same bits.
///
/// A configuration has a member for each setting that `RunSettings` declares:
///
/// ```swift
/// var configuration = RunConfiguration()
/// configuration.strength = 0.25
/// configuration.head = .mlp(hidden: [64], output: 32)
/// ```
@dynamicMemberLookup
public struct RunConfiguration: Sendable {
  /// The declarations of all settings.
  public static let settings = RunSettings()

  /// All settings in the order they are declared, which is that of files.
  package static let declarations = declarations(of: settings)

  /// The declarations among the members of a value, in order.
  package static func declarations(of settings: some Sendable) -> [any SettingDeclaration] {
    Mirror(reflecting: settings).children.compactMap { $0.value as? any SettingDeclaration }
  }

  /// What was set, by key; the other settings have their defaults.
  private var values: [String: any Sendable] = [:]

  /// The defaults.
  public init() {}

  /// The value of a setting.
  public subscript<Value>(dynamicMember path: KeyPath<RunSettings, Setting<Value>>) -> Value {
    get { self[RunConfiguration.settings[keyPath: path]] }
    set { self[RunConfiguration.settings[keyPath: path]] = newValue }
  }

  /// The value of a setting.
  subscript<Value>(setting: Setting<Value>) -> Value {
    get { (values[setting.key] as? Held<Value>)?.value ?? setting.defaultValue }
    set { values[setting.key] = Held(value: newValue) }
  }

  /// Whether something has set it.
  func has<Value>(_ setting: Setting<Value>) -> Bool { values[setting.key] != nil }

  /// Leaves settings as they are by themselves.
  mutating func reset(_ keys: [String]) {
    for key in keys { values.removeValue(forKey: key) }
  }

  /// A value in a box: an optional in an existential is told apart from no value.
  private struct Held<Value: Sendable>: Sendable {
    let value: Value
  }

  /// Changes one setting to what `text` says.
  ///
  /// - Throws: `ConfigurationError` for an unknown key and for a value that the setting does not take.
  public mutating func set(_ key: String, to text: String) throws(ConfigurationError) {
    try RunConfiguration.declaration(of: key).set(&self, to: text)
  }

  /// What a key is set to, as JSON; nil for an unknown key.
  package func value(of key: String) -> JSONValue? {
    RunConfiguration.declarations.first { $0.key == key }?.json(in: self)
  }

  /// Every key, in the order they are written.
  package static var keys: [String] { declarations.map(\.key) }

  package static func declaration(
    of key: String
  ) throws(ConfigurationError) -> any SettingDeclaration {
    if let declaration = declarations.first(where: { $0.key == key }) { return declaration }
    throw .unknownKey(key, nearest: keys.nearest(to: key))
  }

  /// The keys and values as JSON; keys without a value are left out.
  public var json: JSONValue {
    var object: [String: JSONValue] = [:]
    for declaration in RunConfiguration.declarations {
      let value = declaration.json(in: self)
      if value != .null { object[declaration.key] = value }
    }
    return .object(object)
  }

  /// The members of a configuration's `json` that differ from the defaults, as they are written today: what tells
  /// runs apart. A setting that did not exist when `config` was written counts as its default, and a text that has
  /// a shorter equal counts as that, so a run stays the same run. Which figures are measured at its end is not part of it.
  package static func identity(of config: JSONValue) -> JSONValue {
    guard case .object(var members) = config else { return config }
    let defaults = RunConfiguration()
    for declaration in declarations {
      guard let value = members[declaration.key] else { continue }
      let canonical = declaration.canonical(value)
      if !declaration.tellsRunsApart || canonical == declaration.json(in: defaults) {
        members.removeValue(forKey: declaration.key)
      } else {
        members[declaration.key] = canonical
      }
    }
    return .object(members)
  }
}

extension RunConfiguration: Equatable {
  /// Whether every setting has the same value.
  public static func == (left: RunConfiguration, right: RunConfiguration) -> Bool {
    declarations.allSatisfy { $0.agrees(left, right) }
  }
}
