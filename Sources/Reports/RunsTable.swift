import Foundation
import Records

/// The table of runs: how long each took, and the settings that tell them apart.
struct RunsTable {
  /// A column's head: a setting by its key, or what was recorded.
  struct Head {
    let text: String
    var isSetting = false
  }

  let heads: [Head]
  let rows: [[String?]]

  /// More settings than this belong in the configurations further down.
  static let mostSettings = 6

  init(of runs: RunSet) {
    let summaries = runs.members.map(\.run.summary)
    let settings = summaries.map { Self.settings(of: $0.config) }
    let differing = Self.differing(settings)
    var columns: [(head: Head, cells: [String?])] = [
      (Head(text: "Run"), runs.members.map(\.run.name))
    ]
    for key in differing {
      columns.append((Head(text: key, isSetting: true), settings.map { $0[key] }))
    }
    let recorded: [(text: String, cells: [String?])] = [
      ("Epochs", summaries.map { Numerals.setting(Trace.rounded($0.epochs)) }),
      ("Steps", summaries.map { Numerals.count(Double($0.steps)) }),
      ("Final loss", summaries.map { $0.finalLoss.map { Numerals.fixed($0, 3) } }),
      ("Views/s", summaries.map { $0.viewsPerSecond.map(Numerals.count) }),
      ("Time", summaries.map { $0.wallSeconds.map(Numerals.duration) }),
      ("State", runs.members.map { $0.run.isFinished ? nil : "not finished" }),
    ]
    for column in recorded where column.cells.contains(where: { $0 != nil }) {
      columns.append((Head(text: column.text), column.cells))
    }
    heads = columns.map(\.head)
    rows = runs.members.indices.map { row in columns.map { $0.cells[row] } }
  }

  /// The keys whose values are not the same everywhere, strength first. A run's name and folder
  /// always differ and say nothing, and its length has columns of its own.
  private static func differing(_ settings: [[String: String]]) -> [String] {
    let keys = Set(settings.flatMap(\.keys)).subtracting(["name", "output", "epochs", "steps"])
    let differing = keys.filter { key in Set(settings.map { $0[key] }).count > 1 }
    return Array(
      differing.sorted { ($0 == "strength" ? 0 : 1, $0) < ($1 == "strength" ? 0 : 1, $1) }
        .prefix(mostSettings))
  }

  /// A configuration's scalar settings by their path, lists as one.
  private static func settings(
    of config: JSONValue, under path: String = ""
  ) -> [String: String] {
    guard case .object(let members) = config else {
      return path.isEmpty ? [:] : [path: text(config)]
    }
    return members.reduce(into: [:]) { all, member in
      let inner = path.isEmpty ? member.key : "\(path).\(member.key)"
      all.merge(settings(of: member.value, under: inner)) { first, _ in first }
    }
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: "none"
    case .bool(let flag): flag ? "yes" : "no"
    case .integer(let number): Numerals.setting(Double(number))
    case .double(let number): Numerals.setting(number)
    case .string(let text): text
    case .array(let elements): elements.map(text).joined(separator: ", ")
    case .object(let members): members.keys.sorted().joined(separator: ", ")
    }
  }
}
