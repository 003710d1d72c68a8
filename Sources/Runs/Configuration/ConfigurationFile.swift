import Augmentations
import Contrastive
import Datasets
import Foundation
import Records
import Torch
import Yams

extension RunConfiguration {
  /// Reads a configuration file over the defaults.
  ///
  /// - Throws: `ConfigurationError` for a file that cannot be read or is no YAML mapping, for an unknown
  ///   key (with the nearest known one) and for a value out of range.
  public init(path: String) throws(ConfigurationError) {
    self.init()
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw ConfigurationError("cannot read the configuration file \(path)")
    }
    try apply(yaml: text, from: path)
  }

  /// Changes what a YAML mapping of keys and values names; `source` is for messages.
  public mutating func apply(yaml text: String, from source: String) throws(ConfigurationError) {
    let node: Node?
    do {
      node = try compose(yaml: text)
    } catch {
      let reason = "\(error)".split(separator: "\n").first.map(String.init) ?? ""
      throw ConfigurationError("\(source) is not YAML: \(reason)")
    }
    guard let node else { return }
    guard let mapping = node.mapping else {
      throw ConfigurationError("\(source) is not a mapping of keys to values")
    }
    for (key, value) in mapping {
      let name = key.string ?? ""
      do throws(ConfigurationError) {
        try set(name, to: value)
      } catch {
        throw ConfigurationError("\(source): \(error)")
      }
    }
  }

  /// Changes one key.
  public mutating func set(_ key: String, to text: String) throws(ConfigurationError) {
    try RunConfiguration.setting(key).write(&self, text)
  }

  /// Changes one key to what a file has for it; an empty value leaves the key as it is.
  package mutating func set(_ key: String, to value: Node) throws(ConfigurationError) {
    let setting = try RunConfiguration.setting(key)
    if value.mapping != nil, let writeMapping = setting.writeMapping {
      try writeMapping(&self, value)
      return
    }
    guard let scalar = value.scalar?.string else {
      throw ConfigurationError("\(key) should have one value")
    }
    if value.null != nil && scalar.isEmpty || scalar == "null" || scalar == "~" { return }
    try setting.write(&self, scalar)
  }

  /// What a key is set to, as JSON; nil for an unknown key.
  package func value(of key: String) -> JSONValue? {
    RunConfiguration.settings.first { $0.key == key }?.read(self)
  }

  /// Every key, in the order they are written.
  package static var keys: [String] { settings.map(\.key) }

  private static func setting(_ key: String) throws(ConfigurationError) -> Setting {
    if let setting = settings.first(where: { $0.key == key }) { return setting }
    let hint = settings.map(\.key).nearest(to: key)
    throw ConfigurationError(
      "unknown key '\(key)'" + (hint.map { "; did you mean '\($0)'?" } ?? ""))
  }

  /// The keys and values as JSON; keys without a value are left out.
  public var json: JSONValue {
    var object: [String: JSONValue] = [:]
    for setting in RunConfiguration.settings {
      let value = setting.read(self)
      if value != .null { object[setting.key] = value }
    }
    return .object(object)
  }

  /// The members of a configuration's `json` that differ from the defaults: what tells runs apart. A setting that
  /// did not exist when `config` was written counts as its default, so a run stays the same run.
  package static func identity(of config: JSONValue) -> JSONValue {
    guard case .object(let members) = config else { return config }
    let defaults = RunConfiguration().json
    return .object(members.filter { $0.value != defaults[$0.key] })
  }

  /// The keys and values as YAML that `init(path:)` reads back to an equal configuration.
  public var yaml: String {
    let lines = RunConfiguration.settings.flatMap { setting -> [String] in
      switch setting.read(self) {
      case .null: []
      case .object(let members):
        ["\(setting.key):"] + RunConfiguration.yamlMembers(members).map { "  " + $0 }
      case let value: ["\(setting.key): \(RunConfiguration.yaml(value))"]
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
    case .string(let text): "'" + text.replacingOccurrences(of: "'", with: "''") + "'"
    case .array(let elements): "[" + elements.map(yaml).joined(separator: ", ") + "]"
    case .object(let members): "{" + yamlMembers(members).joined(separator: ", ") + "}"
    }
  }

  private static func yamlMembers(_ members: [String: JSONValue]) -> [String] {
    members.sorted { $0.key < $1.key }.map { "\($0.key): \(yaml($0.value))" }
  }

  /// The same with every automatic choice made for this machine, and everything checked that can be
  /// checked before data is read.
  ///
  /// - Throws: `ConfigurationError`, one line.
  public func resolved() throws(ConfigurationError) -> RunConfiguration {
    var resolved = self
    do {
      let device = try Device(parsing: device)
      resolved.device = device.description
      if precision == .automatic {
        let hasBFloat16 = device.kind == .cuda || Runtime.hasBFloat16
        resolved.precision = hasBFloat16 ? .bfloat16 : .float32
      }
      try resolved.resolveHead()
      _ = try augmentationPolicy()
    } catch {
      throw ConfigurationError("\(error)")
    }
    if dataset != .sprites && data == nil {
      throw ConfigurationError(
        "dataset \(dataset.rawValue) needs the folder of its files: --data FOLDER")
    }
    if threads == 0 { resolved.threads = ProcessInfo.processInfo.activeProcessorCount }
    if stem == nil { resolved.stem = imageSize <= 64 ? .small : .imageNet }
    return resolved
  }
}
