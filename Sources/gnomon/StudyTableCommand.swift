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
  /// Mean ± standard deviation over seeds. Settings are rows, or columns where there are more figures.
  static func text(of table: StudyTable) -> String {
    var lines = [["settings"] + table.columns]
    lines += table.rows.map { [$0.name] + $0.cells.map(text) }
    if table.columns.count > table.rows.count {
      lines = lines[0].indices.map { place in lines.map { $0[place] } }
    }
    return TextTable(rows: lines).text
  }

  private static func text(_ cell: StudyTable.Cell?) -> String {
    guard let cell else { return "–" }
    let deviation = cell.deviation.map {
      String(format: $0.magnitude < 10 ? " ± %.2g" : " ± %.0f", $0)
    }
    return number(cell.mean) + (deviation ?? "")
  }
}
