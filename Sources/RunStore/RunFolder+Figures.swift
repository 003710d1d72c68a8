import Foundation
import Records

extension RunFolder {
  /// Puts what was measured after a run's end into its files, each atomically: this step's lines of
  /// `geometry.jsonl`, and the layers of `summary.json` where that is of the same step. Figures that
  /// were not measured now stay as they were.
  ///
  /// - Returns: the files that were written.
  /// - Throws: `RunStoreError`, for a file that cannot be read or written.
  @discardableResult
  public func record(
    _ layers: [LayerFigures], step: Int, epoch: Double
  ) throws(RunStoreError) -> [URL] {
    try recordLines(layers, step: step, epoch: epoch)
    guard var summary = try readSummary(), summary.steps == step else { return [geometry] }
    for figures in layers {
      summary.layers[figures.layer] = summary.layers[figures.layer]?.updated(by: figures) ?? figures
    }
    try write(summary)
    return [geometry, self.summary]
  }

  private func recordLines(
    _ layers: [LayerFigures], step: Int, epoch: Double
  ) throws(RunStoreError) {
    let data = try AtomicFile.readIfPresent(geometry) ?? Data()
    let records = try JSONLines.decode(GeometryRecord.self, from: data, path: geometry.path)
    // Other steps' lines keep their bytes.
    var content = Data()
    func append(_ line: Data) {
      content.append(line)
      content.append(UInt8(ascii: "\n"))
    }
    for (line, record) in records where record.step < step { append(line) }
    let own = records.filter { $0.record.step == step }
    for figures in layers {
      let earlier = own.last { $0.record.figures.layer == figures.layer }?.record.figures
      let merged = earlier?.updated(by: figures) ?? figures
      append(try RunJSON.line(GeometryRecord(step: step, epoch: epoch, figures: merged)))
    }
    let names = layers.map(\.layer)
    for (line, record) in own where !names.contains(record.figures.layer) { append(line) }
    for (line, record) in records where record.step > step { append(line) }
    try AtomicFile.write(content, to: geometry)
  }
}
