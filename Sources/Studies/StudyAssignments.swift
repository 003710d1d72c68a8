import Records
import Yams

/// Settings that are given beside a study file and take the place of the file's: another study of the same
/// grid and claims, with a name of its own.
public struct StudyAssignments: Sendable {
  private let assignments: [(key: String, text: String)]

  /// Assignments of texts to configuration keys, each key once; in which order makes no difference.
  public init(_ assignments: [(key: String, text: String)]) {
    self.assignments = assignments.sorted { $0.key < $1.key }
  }

  /// Whether nothing is assigned.
  public var isEmpty: Bool { assignments.isEmpty }

  /// A study file's mapping with the assignments among its settings, and among those of `quick` that it has there.
  /// What is of the file keeps its lines.
  ///
  /// The name gets each key and value, of a path the last part alone, and eight digits of a hash of all that is
  /// assigned: `strength` with `dataset=packed` is `strength_dataset-packed_` and the digits.
  ///
  /// - Parameters:
  ///   - root: the file's mapping.
  ///   - reader: what reads it.
  ///   - fallback: the study's name where the file does not give it.
  /// - Throws: `StudyFileError` for a key that an axis, an arm or a data set sets.
  func applied(
    to root: Node.Mapping, _ reader: StudyFileReader, fallback: String
  ) throws(StudyFileError) -> Node.Mapping {
    var root = root
    try checkPlaces(root, reader)
    root["name"] = Node(named(root["name"]?.string ?? fallback))
    var settings = root["settings"]?.mapping ?? Node.Mapping([])
    for (key, text) in assignments {
      // Without a tag an empty text would be no value.
      let value = Node(text, text.isEmpty ? Tag(.str) : .implicit)
      settings[Node(key)] = value
      if var quick = root["quick"]?.mapping, quick[Node(key)] != nil {
        quick[Node(key)] = value
        root["quick"] = .mapping(quick)
      }
    }
    root["settings"] = .mapping(settings)
    return root
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
      for (sets, word) in [("arms", "arm"), ("data_sets", "data set")] {
        for (name, set) in root[Node(sets)]?.mapping ?? Node.Mapping([])
        where set.mapping?[Node(key)] != nil {
          throw reader.error(
            "\(key) is set by the \(word) '\(name.string ?? "")': it cannot be set beside it",
            at: nil)
        }
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
    // No argument holds the byte that ends each.
    let all = assignments.map { "\($0)=\($1)\0" }.joined()
    let end = "_" + FNV1a(all).eightDigits
    return (name + parts.joined()).prefix(StudyFileReader.longestName - end.count) + end
  }
}
