import Records

/// The settings in which runs differ, and which runs differ from most.
struct SettingDifferences {
  /// A setting and the value of each run; nil where a run has none.
  struct Row {
    let key: String
    let values: [JSONValue?]
    /// Whether each run's value is another than that of most.
    let marks: [Bool]
  }

  /// The settings, those with the fewest values first.
  let rows: [Row]

  init(_ runs: [RunEntry]) {
    let keys = Set(runs.flatMap(\.settings.keys)).subtracting(Self.names)
    let rows = keys.compactMap { key -> (row: Row, count: Int)? in
      let values = runs.map { $0.settings[key] }
      let texts = values.map { $0.map(FlatSettings.text) }
      let count = Set(texts).count
      guard count > 1 else { return nil }
      return (Row(key: key, values: values, marks: Self.marks(texts)), count)
    }
    self.rows = rows.sorted { ($0.count, $0.row.key) < ($1.count, $1.row.key) }.map(\.row)
  }

  /// What every run has its own of.
  private static let names: Set<String> = ["name", "output"]

  /// Whether each is another than the commonest, the first of those where several are as common.
  static func marks<Value: Hashable>(_ values: [Value]) -> [Bool] {
    let counts = Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
    let most = counts.values.max() ?? 0
    let common = values.first { counts[$0] == most }
    return values.map { $0 != common }
  }
}
