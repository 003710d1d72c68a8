import Records

/// What was measured of a run over steps, as columns of numbers, in bounded memory: of too many steps every second is
/// left out.
struct FigureColumns: Sendable {
  private(set) var steps: [Int] = []
  private(set) var epochs: [Double] = []
  /// Not a number where a step has none.
  private var columns: [CurveName: [Double]] = [:]
  private let most: Int

  /// The most figures that are kept: a file with endless keys must not fill the memory.
  private static let mostColumns = 2_000

  /// Holds the figures of about `most` steps.
  init(most: Int) { self.most = max(2, most) }

  /// The figures that were measured.
  var names: [CurveName] { Array(columns.keys) }

  /// A figure's steps, epochs and values.
  func points(_ name: CurveName) -> [(step: Int, epoch: Double, value: Double)] {
    guard let column = columns[name] else { return [] }
    return steps.indices.compactMap { row in
      column[row].isFinite ? (steps[row], epochs[row], column[row]) : nil
    }
  }

  /// Takes in the next line.
  mutating func add(_ record: GeometryRecord) {
    let row = row(of: record)
    let figures = record.figures
    for (key, value) in figures.values { set(value, figures.layer, key, at: row) }
    for (strength, value) in figures.invarianceAt {
      set(value, figures.layer, "invariance_at.\(strength)", at: row)
    }
  }

  private mutating func set(_ value: Double, _ layer: String, _ key: String, at row: Int) {
    let name = CurveName.measured(layer: layer, key: key)
    if columns[name] == nil {
      guard columns.count < Self.mostColumns else { return }
      columns[name] = Array(repeating: .nan, count: steps.count)
    }
    columns[name]?[row] = value
  }

  /// The place of the record's step, made where there is none.
  private mutating func row(of record: GeometryRecord) -> Int {
    if let known = steps.lastIndex(of: record.step) { return known }
    if steps.count >= most { thin() }
    steps.append(record.step)
    epochs.append(record.epoch)
    for name in columns.keys { columns[name]?.append(.nan) }
    return steps.count - 1
  }

  private mutating func thin() {
    let kept = steps.indices.filter { $0 % 2 == 1 || $0 == steps.count - 1 }
    steps = kept.map { steps[$0] }
    epochs = kept.map { epochs[$0] }
    columns = columns.mapValues { column in kept.map { column[$0] } }
  }
}
