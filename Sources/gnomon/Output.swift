import Foundation
import Records
import Runs

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
  static func show(
    _ layers: [LayerFigures], withControls: Bool = false, asJSON: Bool
  ) throws {
    if asJSON {
      try printJSON(LayerDocument(layers: layers))
    } else {
      print(LayerTable(of: layers, withControls: withControls).everything)
    }
  }

  /// The same of anybody's weights, with what they are as `model`.
  static func show(
    _ layers: [LayerFigures], of weights: MeasuredWeights, withControls: Bool = false, asJSON: Bool
  ) throws {
    if asJSON {
      try printJSON(LayerDocument(layers: layers, model: weights.description))
    } else {
      print(LayerTable(of: layers, withControls: withControls).everything)
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
  /// What was measured, where no run says it.
  let model: [String: JSONValue]?

  init(layers: [LayerFigures], model: [String: JSONValue]? = nil) {
    self.model = model
    self.layers = Dictionary(layers.map { ($0.layer, $0) }, uniquingKeysWith: { _, last in last })
  }
}
