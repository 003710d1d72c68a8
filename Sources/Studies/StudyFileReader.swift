import Records
import RunStore
import Runs
import Yams

/// Takes a study file apart. Every error is one line that names the file, the line and the key.
struct StudyFileReader {
  let source: String

  /// The file's mapping.
  ///
  /// - Throws: `StudyFileError` for text that is not YAML, for anchors and aliases, and for anything but a
  ///   mapping.
  func root(of text: String) throws(StudyFileError) -> Node.Mapping {
    guard !YAMLAliases.areTooMany(in: text) else {
      throw StudyFileError(
        source, .notYAML(reason: "it has more than \(YAMLAliases.limit) aliases (*name)"))
    }
    let node: Node?
    do {
      let parser = try Parser(yaml: text)
      node = try parser.singleRoot()
      // Anchors live as long as their parser.
      try withExtendedLifetime(parser) { try node.map(refuseAnchors) }
    } catch let error as StudyFileError {
      throw error
    } catch {
      let lines = "\(error)".split(whereSeparator: \.isNewline).map(String.init)
      // A line number, the text, a caret under it, then the reason.
      let reason = lines.last { !$0.allSatisfy { " ^".contains($0) } } ?? "damaged"
      throw StudyFileError(source, .notYAML(reason: "\(lines.first ?? ""): \(reason)"))
    }
    guard let node, let mapping = node.mapping else { throw StudyFileError(source, .notAMapping) }
    return mapping
  }

  // An alias stands for a whole subtree: a few lines of them can stand for billions of values.
  private func refuseAnchors(_ node: Node) throws(StudyFileError) {
    if node.anchor != nil {
      throw error("anchors and aliases (&name, *name) are not used in a study file", at: node)
    }
    switch node {
    case .mapping(let mapping):
      for (key, value) in mapping {
        try refuseAnchors(key)
        try refuseAnchors(value)
      }
    case .sequence(let sequence):
      for element in sequence { try refuseAnchors(element) }
    default: break
    }
  }

  /// The members of a mapping, whose keys must be among `known`.
  func members(
    of node: Node, _ place: String, known: [String]
  ) throws(StudyFileError) -> [String: Node] {
    guard let mapping = node.mapping else {
      throw error("\(place) should be a mapping of keys to values", at: node)
    }
    var members: [String: Node] = [:]
    for (key, value) in mapping {
      let name = key.string ?? ""
      guard known.contains(name) else { throw unknownKey(name, place, known: known, at: key) }
      members[name] = value
    }
    return members
  }

  /// Configuration keys with a value each, in the file's order.
  func settings(
    _ node: Node?, _ place: String
  ) throws(StudyFileError) -> [(key: String, value: SettingValue)] {
    guard let node, node.isPresent else { return [] }
    guard let mapping = node.mapping else {
      throw error("\(place) should be a mapping of configuration keys to values", at: node)
    }
    var settings: [(key: String, value: SettingValue)] = []
    for (key, value) in mapping {
      let name = key.string ?? ""
      settings.append((name, try self.value(value, for: name, place, at: key)))
    }
    return settings
  }

  /// One value of a configuration key.
  func value(
    _ node: Node, for key: String, _ place: String, at keyNode: Node
  ) throws(StudyFileError) -> SettingValue {
    guard RunConfiguration.keys.contains(key) else {
      throw unknownKey(key, place, known: RunConfiguration.keys, at: keyNode)
    }
    do throws(ConfigurationError) {
      return try SettingValue(node, for: key)
    } catch {
      throw StudyFileError(source, line: node.mark?.line, .setting(place: place, error))
    }
  }

  /// A list's elements, or the one value that stands in a list's place.
  func elements(_ node: Node) -> [Node] { node.sequence.map(Array.init) ?? [node] }

  /// Text that is not empty.
  func text(_ node: Node, _ place: String) throws(StudyFileError) -> String {
    guard let text = node.scalar?.string, !text.isEmpty else {
      throw error("\(place) should be a text", at: node)
    }
    return text
  }

  func unknownKey(
    _ name: String, _ place: String, known: [String], at node: Node
  ) -> StudyFileError {
    StudyFileError(
      source, line: node.mark?.line, .unknownKey(name, place: place, known: known))
  }

  func error(_ message: String, at node: Node?) -> StudyFileError {
    StudyFileError(source, line: node?.mark?.line, .malformed(message))
  }
}

extension Node {
  /// Whether there is anything: a key without a value reads as an empty scalar.
  var isPresent: Bool { !(scalar.map { $0.string.isEmpty && null != nil } ?? false) }
}
