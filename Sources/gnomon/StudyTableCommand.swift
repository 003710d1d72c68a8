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
  /// Mean ± standard deviation over seeds.
  static func text(of table: StudyTable) -> String {
    let rows = table.rows.map { row in
      [row.name]
        + row.cells.map { cell in
          guard let cell else { return "–" }
          return number(cell.mean) + (cell.deviation.map { String(format: " ± %.2g", $0) } ?? "")
        }
    }
    return TextTable(rows: [["settings"] + table.columns] + rows).text
  }
}
