import Foundation
import RunStore

/// What commands print on standard output.
enum Output {
  /// A run's figures, as a table or as the summary's JSON.
  static func show(_ summary: RunSummary, asJSON: Bool) throws {
    if asJSON {
      try printJSON(summary)
    } else {
      print(table(of: Array(summary.layers.values)))
    }
  }

  /// Layers' figures, as a table or as `{"schema": 1, "layers": {…}}`.
  static func show(_ layers: [LayerFigures], asJSON: Bool) throws {
    if asJSON {
      try printJSON(LayerDocument(layers: layers))
    } else {
      print(table(of: layers))
    }
  }

  /// A row a figure, a column a layer.
  static func table(of layers: [LayerFigures]) -> String {
    let order = LayerFigures.canonicalOrder(of: layers.map(\.layer))
    let layers = order.compactMap { name in layers.first { $0.layer == name } }
    let fixed = Set(layers.flatMap(\.invarianceAt.keys)).sorted()
    var rows = [[""] + layers.map(\.layer), ["dimension"] + layers.map { "\($0.dimension)" }]
    for key in keys(of: layers) {
      rows.append([key] + layers.map { $0[key].map(text) ?? "" })
    }
    for strength in fixed {
      rows.append(
        ["invariance_at \(strength)"] + layers.map { $0.invarianceAt[strength].map(text) ?? "" })
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let padding = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == 0 ? cell.0 + padding : padding + cell.0
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private static let leading = [
    "knn_top1", "linear_top1", "effective_rank", "rankme", "stable_rank", "participation_ratio",
    "invariance", "alignment", "uniformity",
  ]

  private static func keys(of layers: [LayerFigures]) -> [String] {
    let all = Set(layers.flatMap(\.values.keys))
    return leading.filter(all.contains) + all.subtracting(leading).sorted()
  }

  private static func text(_ value: Double) -> String {
    value.magnitude >= 100 ? String(format: "%.1f", value) : String(format: "%.4g", value)
  }

  static func printJSON(_ document: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(document), as: UTF8.self))
  }
}

/// What `gnomon geometry` and `gnomon probe` print with `--json`.
private struct LayerDocument: Encodable {
  let schema = 1
  let layers: [String: LayerFigures]

  init(layers: [LayerFigures]) {
    self.layers = Dictionary(layers.map { ($0.layer, $0) }, uniquingKeysWith: { _, last in last })
  }
}
