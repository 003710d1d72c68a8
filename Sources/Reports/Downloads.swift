import Foundation
import Records
import RunStore

/// The figures behind the page, as files that a reader can take along.
struct Downloads {
  /// One file.
  struct File {
    let name: String
    let label: String
    let mediaType: String
    let content: Data

    var uri: String { "data:\(mediaType);base64,\(content.base64EncodedString())" }
  }

  let files: [File]

  init(files: [File]) { self.files = files }

  init(of runs: RunSet) throws {
    var files: [File] = []
    files.addCSV("figures.csv", "Figures (CSV)", Self.figures(of: runs))
    files.addCSV("spectra.csv", "Spectra (CSV)", Self.spectra(of: runs))
    let document = Document(runs: runs.members.map(\.run.summary))
    files.append(
      File(
        name: "figures.json", label: "Figures, spectra and configurations (JSON)",
        mediaType: "application/json", content: try RunJSON.document(document)))
    self.files = files
  }

  private struct Document: Encodable {
    let schema = RunSummary.currentSchema
    let runs: [RunSummary]
  }

  private static func figures(of runs: RunSet) -> [[String]] {
    let layers = runs.members.flatMap { member in
      member.run.summary.orderedLayers.map { (member.run, $0, $0.scalarsAndControls) }
    }
    let keys = runs.catalogue.ordered(Set(layers.flatMap { $0.2.keys })).map(\.key)
    let rows = layers.map { run, layer, scalars in
      [run.name, layer.layer, "\(layer.n)", "\(layer.dimension)"]
        + keys.map { key in scalars[key].map { "\($0)" } ?? "" }
    }
    return [["run", "layer", "n", "dimension"] + keys] + rows
  }

  private static func spectra(of runs: RunSet) -> [[String]] {
    var rows = [["run", "layer", "index", "log10_singular_value"]]
    for member in runs.members {
      for layer in member.run.summary.orderedLayers {
        for (index, value) in layer.spectrum.enumerated() where value.isFinite {
          rows.append([member.run.name, layer.layer, "\(index + 1)", "\(value)"])
        }
      }
    }
    return rows
  }

  /// Comma-separated values by RFC 4180.
  static func csv(_ rows: [[String]]) -> String {
    rows.map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
  }

  private static func field(_ text: String) -> String {
    // A spreadsheet takes text that begins so for a formula and runs it.
    let isFormula = ["=", "+", "-", "@", "\t", "\r"].contains { text.unicodeScalars.first == $0 }
    let safe = isFormula && Double(text) == nil ? "'" + text : text
    let special = Set(#"",\#n\#r"#.utf8)
    guard safe.utf8.contains(where: special.contains) else { return safe }
    // By bytes: a quote and a mark after it are one character.
    let quote = UInt8(ascii: "\"")
    let doubled = Array(safe.utf8).replacing([quote], with: [quote, quote])
    return "\"" + String(decoding: doubled, as: UTF8.self) + "\""
  }
}

extension [Downloads.File] {
  /// Adds a table, the first row its head, unless it has no other row.
  mutating func addCSV(_ name: String, _ label: String, _ rows: [[String]]) {
    guard rows.count > 1 else { return }
    append(
      Downloads.File(
        name: name, label: label, mediaType: "text/csv;charset=utf-8",
        content: Data(Downloads.csv(rows).utf8)))
  }
}
