import Foundation
import Measures
import Records

/// Layers' figures as text: a row a figure, a column a layer, from h to z, in the groups of the catalogue.
struct LayerTable {
  private let catalogue = FigureCatalogue.standard
  private let layers: [LayerFigures]
  private let scalars: [[String: Double]]
  private let showsControls: Bool

  /// A table of the figures, and of what each is under its controls where these are asked for.
  init(of layers: [LayerFigures], withControls showsControls: Bool = false) {
    self.showsControls = showsControls
    let order = LayerFigures.canonicalOrder(of: layers.map(\.layer))
    self.layers = order.compactMap { name in layers.first { $0.layer == name } }
    scalars = self.layers.map(\.scalars)
  }

  /// The few figures that say most.
  var headlines: String {
    let entries = entries.filter { $0.prominence == .announced }
    return text([sizes] + [entries.map(row)])
  }

  /// All figures. Those that are for charts, over ranks and of parts at fixed strengths, are counted only.
  var everything: String {
    let shown = entries.filter { $0.prominence != .chart }
    let sections = FigureGroup.allCases.compactMap { group -> [[String]]? in
      let rows = shown.filter { $0.group == group }.flatMap { [row($0)] + controls(of: $0) }
      return rows.isEmpty ? nil : [[""], [group.rawValue]] + rows
    }
    let hidden = entries.count - shown.count
    let more = hidden == 0 ? "" : "\n\n\(hidden) more figures with --json"
    return text([sizes] + sections) + more
  }

  private var entries: [FigureCatalogue.Entry] {
    catalogue.ordered(Set(scalars.flatMap(\.keys)))
  }

  private var sizes: [[String]] {
    [
      [""] + layers.map(\.layer), ["embeddings"] + layers.map { "\($0.n)" },
      ["dimension"] + layers.map { "\($0.dimension)" },
    ]
  }

  private func row(_ entry: FigureCatalogue.Entry) -> [String] {
    [entry.key] + scalars.map { $0[entry.key].map(Self.text) ?? "" }
  }

  /// What a figure is under each control that any layer has it under: second lines below its own.
  private func controls(of entry: FigureCatalogue.Entry) -> [[String]] {
    guard showsControls else { return [] }
    return Control.allCases.compactMap { control in
      let cells = layers.map { $0.scalar(control.key(of: entry.key)).map(Self.text) ?? "" }
      return cells.allSatisfy(\.isEmpty) ? nil : ["  \(control.text)"] + cells
    }
  }

  private func text(_ sections: [[[String]]]) -> String {
    let rows = sections.flatMap { $0 }
    let widths = (0...layers.count).map { column in
      rows.compactMap { $0.indices.contains(column) ? $0[column].count : nil }.max() ?? 0
    }
    return rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let padding = String(repeating: " ", count: cell.1 - cell.0.count)
        if row.count == 1 { return cell.0 }
        return column == 0 ? cell.0 + padding : padding + cell.0
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private static func text(_ value: Double) -> String {
    value.magnitude >= 100 ? String(format: "%.1f", value) : String(format: "%.4g", value)
  }
}
