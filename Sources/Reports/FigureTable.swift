import Records

/// The table of layers and figures, for as many runs as fit a page's width.
struct FigureTable {
  /// One run's columns.
  struct Head {
    let label: String
    /// The run's name, where the label is not already that.
    let name: String?
    let layers: [String]
  }

  struct Row {
    let name: String
    let key: String
    let meaning: String
    /// Letters of the footnotes that say how the figure was computed.
    let marks: String
    /// One a column; `nil` where it was not measured.
    let cells: [String?]
    /// Whether it is what the figure above it is under a control.
    var isControl = false
  }

  struct Part {
    let title: String?
    let rows: [Row]
  }

  let heads: [Head]
  let parts: [Part]

  /// Whether any figure stands beside what it is under a control.
  var hasControls: Bool { parts.contains { $0.rows.contains(where: \.isControl) } }

  /// More columns than this do not fit a printed page.
  static let widest = 12

  /// The tables of the figures of that prominence, each of as many whole runs as fit; runs without
  /// figures have none.
  static func tables(
    of runs: RunSet, showing prominences: [FigureProminence], notes: inout Footnotes
  ) -> [FigureTable] {
    var tables: [FigureTable] = []
    var batch: [RunSet.Member] = []
    var columns = 0
    for member in runs.members where !member.run.summary.layers.isEmpty {
      let count = member.run.summary.layers.count
      if !batch.isEmpty && columns + count > widest {
        tables.append(FigureTable(of: batch, runs.catalogue, showing: prominences, notes: &notes))
        (batch, columns) = ([], 0)
      }
      batch.append(member)
      columns += count
    }
    if !batch.isEmpty {
      tables.append(FigureTable(of: batch, runs.catalogue, showing: prominences, notes: &notes))
    }
    return tables.filter { !$0.parts.isEmpty }
  }

  private init(
    of members: [RunSet.Member], _ catalogue: FigureCatalogue,
    showing prominences: [FigureProminence], notes: inout Footnotes
  ) {
    heads = members.map { member in
      Head(
        label: member.label, name: member.label == member.run.name ? nil : member.run.name,
        layers: member.run.summary.orderedLayers.map(\.layer))
    }
    let columns = members.flatMap(\.run.summary.orderedLayers)
    let sizes = Part(
      title: nil,
      rows: [
        Row(
          name: "Embeddings, n", key: "n", meaning: "how many embeddings were measured", marks: "",
          cells: columns.map { Numerals.count(Double($0.n)) }),
        Row(
          name: "Dimension, d", key: "dimension", meaning: "coordinates of one embedding",
          marks: "", cells: columns.map { Numerals.count(Double($0.dimension)) }),
      ])
    let scalars = columns.map(\.scalars)
    var rows: [FigureGroup: [Row]] = [:]
    let entries = catalogue.ordered(Set(scalars.flatMap(\.keys)))
    for entry in entries where prominences.contains(entry.prominence) {
      let conventions = zip(columns, scalars).compactMap { column, values -> Convention? in
        if values[entry.key] == nil { return nil }
        return FigureKey.prefixes(of: entry.key).lazy
          .compactMap { column.conventions[$0] }.first
      }
      // A figure and its controls have as many decimals.
      let controls = Control.allCases.filter { control in
        columns.contains { $0.scalar(control.key(of: entry.key)) != nil }
      }
      let keys = [entry.key] + controls.map { $0.key(of: entry.key) }
      let texts = entry.form.texts(keys.flatMap { key in columns.map { $0.scalar(key) } })
      let cells = keys.indices.map { place in
        Array(texts[place * columns.count..<(place + 1) * columns.count])
      }
      rows[entry.group, default: []].append(
        Row(
          name: entry.name, key: entry.key, meaning: entry.meaning,
          marks: notes.marks(for: conventions), cells: cells[0]))
      rows[entry.group, default: []] += controls.enumerated().map { place, control in
        Row(
          name: control.title, key: keys[place + 1],
          meaning: "\(entry.name) of \(control.phrase)", marks: "", cells: cells[place + 1],
          isControl: true)
      }
    }
    parts =
      (prominences.contains(.headline) ? [sizes] : [])
      + FigureGroup.allCases.compactMap { group in
        rows[group].map { Part(title: group.rawValue, rows: $0) }
      }
  }
}
