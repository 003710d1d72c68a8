/// A study's figures, a row for each settings, over their seeds.
public struct StudyTable: Sendable, Encodable {
  /// A figure over seeds.
  public struct Cell: Sendable, Encodable {
    /// The mean.
    public let mean: Double
    /// The standard deviation of one seed (divided by count − 1); nil for a single one.
    public let deviation: Double?
    /// The seeds in which it was measured.
    public let count: Int
  }

  /// The settings besides the seed, and their figures.
  public struct Row: Sendable, Encodable {
    /// The settings, for people, in a study of several data sets beginning with the data set.
    public let name: String
    /// The data set, in a study of several.
    public let dataSet: String?
    /// A cell for each column; nil where no seed has the figure.
    public let cells: [Cell?]

    enum CodingKeys: String, CodingKey {
      case name, cells
      case dataSet = "data_set"
    }
  }

  /// Rows that are read together.
  public struct Part {
    /// What they have in common, for people: `settings`, or a data set.
    public let title: String
    /// What tells them apart, for people, and their figures.
    public let rows: [(name: String, cells: [Cell?])]
  }

  /// The figures' formulas.
  public let columns: [String]
  /// The settings in the study's order.
  public let rows: [Row]

  /// The rows a data set, where other settings vary too; else all of them.
  public var parts: [Part] {
    var names: [String?] = []
    for row in rows where !names.contains(row.dataSet) { names.append(row.dataSet) }
    guard names.count > 1, rows.count > names.count else {
      return [Part(title: "settings", rows: rows.map { ($0.name, $0.cells) })]
    }
    return names.map { name in
      let title = "\(Study.dataSetAxis) \(name ?? "–")"
      let start = "\(title), "
      return Part(
        title: title,
        rows: rows.filter { $0.dataSet == name }.map { row in
          (
            row.name.hasPrefix(start) ? String(row.name.dropFirst(start.count)) : row.name,
            row.cells
          )
        })
    }
  }
}

extension StudyResults {
  /// The figures that the study file lists under `figures`.
  public var table: StudyTable {
    let rows = bySettings.map { name, entries in
      StudyTable.Row(
        name: name,
        dataSet: entries.first?.settings[Study.dataSetAxis]?.plainText,
        cells: study.figures.map { figure in
          StudyTable.Cell(
            entries.compactMap { entry in
              figure.expression.value { $0.value(in: entry.summary) }
            })
        })
    }
    return StudyTable(columns: study.figures.map(\.text), rows: rows)
  }
}

extension StudyTable.Cell {
  fileprivate init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    mean = StudyResults.mean(values)
    count = values.count
    let mean = mean
    let squares = values.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil
  }
}
