import ArgumentParser
import Foundation
import Studies

struct StudyTableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table", abstract: "A study's figures over seeds, as its file lists them.")

  private struct Document: Encodable {
    let schema = 1
    let name: String
    let table: StudyTable
  }

  @OptionGroup var place: StudyArguments
  @Flag(help: "Print one JSON document.") var json = false

  func run() throws {
    try Failure.classifying {
      let results = try place.results()
      let table = results.table
      if json { return try Output.printJSON(Document(name: results.name, table: table)) }
      guard !table.columns.isEmpty else {
        Terminal.note("\(place.study) lists no figures: add them under 'figures'")
        return
      }
      print(StudyOutput.text(of: table))
    }
  }
}

extension StudyOutput {
  /// Mean ± standard deviation over seeds, a table a data set, which is without the figures that it does not have. Settings are rows, or
  /// columns where there are more figures.
  static func text(of table: StudyTable) -> String {
    let parts = table.parts
    return parts.map { part in
      let shown = table.columns.indices.filter { place in
        parts.count == 1 || part.rows.contains { $0.cells[place] != nil }
      }
      var lines = [[part.title] + shown.map { table.columns[$0] }]
      lines += part.rows.map { row in [row.name] + shown.map { text(row.cells[$0]) } }
      if shown.count > part.rows.count {
        lines = lines[0].indices.map { place in lines.map { $0[place] } }
      }
      return TextTable(rows: lines).text
    }.joined(separator: "\n\n")
  }

  private static func text(_ cell: StudyTable.Cell?) -> String {
    guard let cell else { return "–" }
    let deviation = cell.deviation.map {
      String(format: $0.magnitude < 10 ? " ± %.2g" : " ± %.0f", $0)
    }
    return number(cell.mean) + (deviation ?? "")
  }
}
