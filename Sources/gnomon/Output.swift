import Foundation
import Records
import Runs
import Synchronization

/// A line of results on standard output.
func print(_ line: String) { Output.write(line: line) }

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

  /// Why a line could not be written; 0 where all could.
  private static let failure = Mutex<Int32>(0)

  /// Writes a line; what cannot be written is for `finish` to say.
  fileprivate static func write(line: String) {
    Data((line + "\n").utf8).withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let bytes = UnsafeRawBufferPointer(rebasing: rest)
        let count = Foundation.write(STDOUT_FILENO, bytes.baseAddress, bytes.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else {
          let reason = errno
          return failure.withLock { $0 = reason }
        }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Checks that all lines were written, to a full disk for example; a reader that wants no more is no failure.
  ///
  /// - Throws: `Failure` with the reason.
  static func finish() throws {
    let reason = failure.withLock { $0 }
    guard reason == 0 || reason == EPIPE else {
      throw Failure(
        message: "cannot write to standard output: \(String(cString: strerror(reason)))",
        code: Failure.failed)
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
