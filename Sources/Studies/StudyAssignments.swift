import Foundation
import Runs
import Yams

/// Settings that are given beside a study file and take the place of the file's: another study of the same
/// grid and claims, with a name of its own.
public struct StudyAssignments: Sendable {
  private let assignments: [(key: String, text: String)]

  /// Assignments of texts to configuration keys, each key once.
  public init(_ assignments: [(key: String, text: String)]) { self.assignments = assignments }

  /// Whether nothing is assigned.
  public var isEmpty: Bool { assignments.isEmpty }

  /// A study file with the assignments among its settings, and among those of `quick` that it has there.
  ///
  /// The name gets each key and value, of a path the last part alone: `strength` with `dataset=packed` is
  /// `strength_dataset-packed`.
  ///
  /// - Parameters:
  ///   - yaml: the file's text.
  ///   - source: the file's name, for messages.
  /// - Throws: `StudyFileError` for a file that is no mapping, and for a key that an axis or an arm sets.
  func applied(to yaml: String, source: String) throws(StudyFileError) -> String {
    let reader = StudyFileReader(source: source)
    var root = try reader.root(of: yaml)
    try checkPlaces(root, reader)
    let fallback = URL(fileURLWithPath: source).deletingPathExtension().lastPathComponent
    root["name"] = Node(named(root["name"]?.string ?? fallback))
    var settings = root["settings"]?.mapping ?? Node.Mapping([])
    for (key, text) in assignments {
      settings[Node(key)] = Node(text)
      if var quick = root["quick"]?.mapping, quick[Node(key)] != nil {
        quick[Node(key)] = Node(text)
        root["quick"] = .mapping(quick)
      }
    }
    root["settings"] = .mapping(settings)
    do {
      return try Yams.serialize(node: .mapping(root), allowUnicode: true)
    } catch {
      throw StudyFileError(source, .notYAML(reason: "\(error)"))
    }
  }

  /// A setting under a key that varies would be overridden.
  private func checkPlaces(
    _ root: Node.Mapping, _ reader: StudyFileReader
  ) throws(StudyFileError) {
    for (key, _) in assignments {
      if root["axes"]?.mapping?[Node(key)] != nil {
        throw reader.error(
          "\(key) is an axis, whose values the file gives: it cannot be set beside it", at: nil)
      }
      for (name, arm) in root["arms"]?.mapping ?? Node.Mapping([])
      where arm.mapping?[Node(key)] != nil {
        throw reader.error(
          "\(key) is set by the arm '\(name.string ?? "")': it cannot be set beside it", at: nil)
      }
    }
  }

  private func named(_ name: String) -> String {
    let parts = assignments.map { key, text in
      let last = text.split(separator: "/").last.map(String.init) ?? ""
      let plain = last.map { character in
        character.isASCII && (character.isLetter || character.isNumber || character == ".")
          ? character : "-"
      }
      return "_\(key)-\(String(plain))"
    }
    return String((name + parts.joined()).prefix(100))
  }
}
