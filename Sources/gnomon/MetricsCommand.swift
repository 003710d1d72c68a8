import ArgumentParser
import Foundation
import Measures
import Records
import RunStore

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "What a run logged, as a table for other programs.",
    discussion: """
      A row a logged step: its number, the epoch, and all numbers of the step. With --figures a row a measured step \
      and layer: its figures. What was not measured is an empty cell, or no member of a line's object.
      """)

  /// How a table is printed.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv
    case jsonl
  }

  @Argument(help: ArgumentHelp("A run folder.", valueName: "run")) var path: String
  @Option(
    help: ArgumentHelp(
      "csv has a line of names first; jsonl is one JSON object a line.", valueName: "format"))
  var format = Format.csv
  @Flag(help: "The figures of layers over steps, instead of what training logged.")
  var figures = false

  func run() throws {
    try Failure.classifying {
      let folder = RunFolder(path: path)
      let files = [folder.config, folder.metrics, folder.geometry]
      guard files.contains(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
        throw RunStoreError.notARun(path: path)
      }
      let table =
        figures ? MetricsTable(try folder.readGeometry()) : MetricsTable(try folder.readMetrics())
      switch format {
      case .csv: print(table.csv)
      case .jsonl: for line in try table.lines() { print(line) }
      }
    }
  }
}

/// Rows that share columns, each with the cells it has.
private struct MetricsTable {
  private enum Cell: Encodable {
    case number(Double)
    case count(Int)
    case text(String)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let number): try container.encode(number)
      case .count(let count): try container.encode(count)
      case .text(let text): try container.encode(text)
      }
    }

    /// The shortest text that reads back to the same bits. Names of layers and figures hold no comma.
    var csv: String {
      switch self {
      case .number(let number): "\(number)"
      case .count(let count): "\(count)"
      case .text(let text): text
      }
    }
  }

  private let columns: [String]
  private let rows: [[String: Cell]]

  init(_ records: [MetricRecord]) {
    var known: [String] = []
    rows = records.map { record in
      var row = ["step": Cell.count(record.step)]
      for (key, value) in record.numbers {
        row[key] = .number(value)
        if !known.contains(key) { known.append(key) }
      }
      return row
    }
    columns = ["step"] + known
  }

  init(_ records: [GeometryRecord]) {
    rows = records.map { record in
      var row = record.figures.scalarsAndControls.mapValues { Cell.number($0) }
      row["step"] = .count(record.step)
      row["epoch"] = .number(record.epoch)
      row["layer"] = .text(record.figures.layer)
      row["n"] = .count(record.figures.n)
      row["dimension"] = .count(record.figures.dimension)
      return row
    }
    let keys = Set(records.flatMap(\.figures.scalarsAndControls.keys))
    columns =
      ["step", "epoch", "layer", "n", "dimension"]
      + FigureCatalogue.standard.ordered(keys).map(\.key)
  }

  var csv: String {
    let lines = rows.map { row in columns.map { row[$0]?.csv ?? "" } }
    return ([columns] + lines).map { $0.joined(separator: ",") }.joined(separator: "\n")
  }

  func lines() throws -> [String] {
    try rows.map { String(decoding: try RunJSON.line($0), as: UTF8.self) }
  }
}
