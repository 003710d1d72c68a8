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
    /// The settings, for people.
    public let name: String
    /// A cell for each column; nil where no seed has the figure.
    public let cells: [Cell?]
  }

  /// The figures' formulas.
  public let columns: [String]
  /// The settings in the study's order.
  public let rows: [Row]
}

extension StudyResults {
  /// The figures that the study file lists under `figures`.
  public var table: StudyTable {
    let rows = bySettings.map { name, entries in
      StudyTable.Row(
        name: name,
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
