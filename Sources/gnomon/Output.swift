import Foundation
import Records

/// What commands print on standard output.
enum Output {
  /// A run's figures, as a table or as the summary's JSON.
  static func show(_ summary: RunSummary, asJSON: Bool) throws {
    if asJSON {
      try printJSON(summary)
    } else {
      print(LayerTable(of: Array(summary.layers.values)).headlines)
    }
  }

  /// Layers' figures, as a table or as `{"schema": 1, "layers": {…}}`.
  static func show(_ layers: [LayerFigures], asJSON: Bool) throws {
    if asJSON {
      try printJSON(LayerDocument(layers: layers))
    } else {
      print(LayerTable(of: layers).everything)
    }
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
