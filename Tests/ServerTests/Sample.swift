import Foundation
import Measures
import Records
import RunStore

@testable import Server

/// Made-up runs and what serves them; no number is a measurement.
enum Sample {
  /// A run that has logged `steps` steps, an end where it is finished.
  @discardableResult
  static func run(
    _ url: URL, steps: Int = 20, strength: Double = 0.5, isFinished: Bool = false,
    hasCheckpoint: Bool = false, wanted: Int = 100
  ) throws -> RunFolder {
    let run = RunFolder(path: url.path)
    try run.create()
    let config =
      "strength: \(strength)\nencoder: 'resnet18'\nbatch_size: 128\nviews: 2\nsteps: \(wanted)\n"
    try Data(config.utf8).write(to: run.config)
    try log(run, 1...max(1, steps))
    let geometry = try JSONLinesFile(appendingTo: run.geometry)
    for step in [0, steps] {
      for layer in ["h", "z"] {
        try geometry.append(
          GeometryRecord(step: step, epoch: Double(step) / 10, figures: figures(layer, strength)))
      }
    }
    if hasCheckpoint {
      try Data("step-00000010\n".utf8).write(to: run.checkpoints.appendingPathComponent("last"))
    }
    if isFinished {
      try run.write(
        RunSummary(
          name: run.name, config: ["strength": .double(strength)], epochs: 2, steps: steps,
          finalLoss: 2 + strength, wallSeconds: 12, viewsPerSecond: 900,
          layers: ["h", "z"].map { figures($0, strength) }))
    }
    return run
  }

  /// Adds lines to what a run has logged.
  static func log(_ run: RunFolder, _ steps: ClosedRange<Int>) throws {
    let metrics = try JSONLinesFile(appendingTo: run.metrics)
    for step in steps {
      try metrics.append(
        MetricRecord(
          step: step, epoch: Double(step) / 10, loss: 5 - Double(step) / 100,
          learningRate: 0.001, viewsPerSecond: 1_024, contrastiveTop1: 0.5,
          extra: ["best_response_gap": 0.25]))
    }
  }

  private static func figures(_ layer: String, _ strength: Double) -> LayerFigures {
    LayerFigures(
      layer: layer, n: 100, dimension: 16,
      values: [
        "effective_rank": 10 + strength, "knn_top1": 0.5 + strength / 10, "invariance": 0.4,
      ],
      spectrum: [1, 0.5, 0.1])
  }

  /// A server of what is below `folder`, which was looked at once.
  static func server(
    _ folder: URL, _ change: (inout ServerSettings) -> Void = { _ in }
  ) throws -> LiveServer {
    var settings = ServerSettings(
      folders: [folder], catalogue: .standard, defaults: ["strength": 1, "encoder": "resnet18"]
    ) { config in
      guard case .object(var members) = config else { return config }
      if members["encoder"] == "resnet18" { members["encoder"] = nil }
      return .object(members)
    }
    change(&settings)
    let server = try LiveServer(settings)
    server.look()
    return server
  }

  /// The only run below `folder`.
  static func onlyRun(_ server: LiveServer) throws -> RunEntry {
    guard let run = server.runs.first, server.runs.count == 1 else {
      throw NotOne(count: server.runs.count)
    }
    return run
  }

  struct NotOne: Error { let count: Int }
}
