import Foundation
import Records
import RunStore
import Studies
import TestSupport
import Testing

/// A study whose runs were never trained: their summaries hold what a test puts there.
enum MadeUpStudy {
  /// The figures of layers h and z of a run, by key; nil for a run that is not finished.
  typealias Figures = (h: [String: Double], z: [String: Double])

  /// Writes a folder for the study file `text` and reads its results.
  static func results<Result>(
    _ text: String, isQuick: Bool = false, controls: [Control: (StudyRun) -> Figures] = [:],
    figures: (StudyRun) -> Figures?, _ body: (StudyResults) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { url in
      let study = try study("name: made-up\n" + text, isQuick: isQuick)
      let folder = StudyFolder(path: url.path)
      for run in study.runs {
        guard let figures = figures(run) else { continue }
        try write(figures, controls.mapValues { $0(run) }, of: run, to: folder.run(run.key))
      }
      try folder.write(
        StudyRecord(
          name: study.name, axes: study.recordedAxes,
          runs: study.runs.map {
            StudyRecord.Run(key: $0.key, settings: $0.settings, status: .pending)
          }))
      return try body(StudyResults(study, in: folder))
    }
  }

  private static func write(
    _ figures: Figures, _ controls: [Control: Figures], of run: StudyRun, to folder: RunFolder
  ) throws {
    try folder.create()
    var layers = [("h", figures.h), ("z", figures.z)].map { name, values in
      LayerFigures(layer: name, n: 10, dimension: 4, values: values)
    }
    layers[0].controls = controls.mapValues(\.h)
    layers[1].controls = controls.mapValues(\.z)
    try folder.write(
      RunSummary(
        name: run.key, config: run.configuration.json, epochs: 2, steps: 20, wallSeconds: 30,
        layers: layers))
    let geometry = try JSONLinesFile(appendingTo: folder.geometry)
    defer { geometry.close() }
    for (step, epoch) in [(10, 1.0), (20, 2.0)] {
      for layer in layers {
        var figures = layer
        // Half way everything is half as much, and nobody asked for accuracies.
        if step == 10 {
          figures.values = layer.values.mapValues { $0 / 2 }
          figures["linear_top1"] = nil
        }
        try geometry.append(GeometryRecord(step: step, epoch: epoch, figures: figures))
      }
    }
  }
}
