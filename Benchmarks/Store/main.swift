// The store of runs at the size of a large study. Run by Tools/bench.sh, or alone:
//
//   store-benchmark [runs] [points]
//
// Writes so many runs (2,000) of so many logged steps (500) with 5 layers of 40 figures, measured at 5
// steps, and times writing and each query of a report, the slowest of five against 300 ms.

import BenchmarkSupport
import Foundation
import Records
import RunDatabase
import RunStore

let layerNames = ["h", "head.1", "head.2", "head.3", "z"]
let figureKeys = (0..<40).map { "figure_\($0)" }
let runCount = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 2000
let pointCount = CommandLine.arguments.dropFirst(2).first.flatMap(Int.init) ?? 500

func figures(_ run: Int, step: Int, layer: Int) -> LayerFigures {
  let values = figureKeys.enumerated().map { ($1, Double(run + step) / Double($0 + layer + 1)) }
  return LayerFigures(
    layer: layerNames[layer], n: 2000, dimension: 128,
    values: Dictionary(uniqueKeysWithValues: values),
    invarianceAt: ["0.25": 0.1, "0.5": 0.2, "1.0": 0.4],
    spectrum: (0..<128).map { -Double($0) / Double(run + 3) },
    conventions: ["figure_0": Convention(centered: true, rowNormalized: false)])
}

func content(_ run: Int) -> RunContent {
  let metrics = (1...pointCount).map { point in
    MetricRecord(
      step: 10 * point, epoch: Double(point) / 31, loss: 5 / Double(point + run),
      learningRate: 2e-3, viewsPerSecond: 2000.5, contrastiveTop1: 0.7,
      meanPositiveCosine: 0.8, meanNegativeCosine: 0.1, softmaxEntropy: 3.2)
  }
  let geometry = (1...5).flatMap { measured in
    layerNames.indices.map { layer in
      let step = 2 * pointCount * measured
      return GeometryRecord(
        step: step, epoch: Double(step) / 310, figures: figures(run, step: step, layer: layer))
    }
  }
  let configuration = Dictionary(
    uniqueKeysWithValues: (0..<40).map { ("key_\($0)", JSONValue.integer(run * $0)) })
  let summary = RunSummary(
    name: "run-\(run)", config: .object(configuration), epochs: Double(pointCount) / 31,
    steps: 10 * pointCount, finalLoss: 0.5, wallSeconds: 60, viewsPerSecond: 2000,
    layers: geometry.suffix(layerNames.count).map(\.figures))
  return RunContent(
    name: "run-\(run)", configuration: .null, summary: summary, metrics: metrics,
    geometry: geometry)
}

func report(_ name: String, rows: Int, _ time: Double) {
  print(String(format: "%@: %d rows in %.1f s, %.0f rows/s", name, rows, time, Double(rows) / time))
}

func query(_ name: String, _ body: () throws -> Void) rethrows {
  let times = try (0..<5).map { _ in try seconds(body) * 1e3 }.sorted()
  print(
    String(
      format: "%@: %.1f ms, slowest %.1f ms of 300%@", name, times[2], times[4],
      times[4] > 300 ? "  MISSED" : ""))
}

let folder = FileManager.default.temporaryDirectory
  .appendingPathComponent("store-benchmark-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
let store = try RunDatabase.open(path: RunCollection.store(in: folder).path)

// Metrics alone first: the figure that a live study depends on.
let bare = (0..<20).map { run in
  RunContent(
    name: "bare-\(run)", configuration: .null, summary: nil,
    metrics: content(run).metrics, geometry: [])
}
let metricsTime = try seconds {
  for run in bare { try store.write(run, key: run.name) }
}
report("metrics", rows: bare.count * pointCount, metricsTime)
for run in bare { try store.remove(key: run.name) }

var writing = 0.0
for run in 0..<runCount {
  let content = content(run)
  writing += try seconds { try store.write(content, key: content.name, study: "large") }
}
let figuresOfRun = 5 * layerNames.count * (figureKeys.count + 3)
report("metrics and figures", rows: runCount * (pointCount + figuresOfRun), writing)
let study = StudyRecord(
  name: "large",
  axes: [.init(key: "strength", values: [0.1, 0.5, 1]), .init(key: "seed", values: [0, 1, 2])],
  runs: (0..<runCount).map {
    .init(
      key: "run-\($0)",
      settings: ["strength": .double(Double($0 % 7) / 7), "seed": .integer($0 % 5)],
      status: .finished)
  })
print(String(format: "record of the study: %.1f ms", try seconds { try store.record(study) } * 1e3))

let chosen = ["h", "z"].flatMap { layer in
  figureKeys.prefix(3).map { FigureName(layer: layer, key: $0) }
}
let runs = try store.runs(of: "large")
try query("runs with settings") { _ = try store.runs(of: "large") }
try query("runs with settings, six figures and two configuration keys") {
  let found = try store.runs(of: "large", with: chosen, configuration: ["key_1", "key_2"])
  precondition(found.count == runCount && found.allSatisfy { $0.figures.count == 6 })
}
try query("names of all figures") { _ = try store.figureNames() }
try query("a run's curve of 200 points") {
  let records = try store.metrics(of: runs[runs.count / 2].id, atMost: 200)
  precondition(records.count <= 200)
}
try query("a figure of a run over steps") {
  let layers = try store.history(of: "figure_7", run: runs[runs.count / 3].id)
  precondition(layers.count == 5)
}
try query("all final layers of a run") {
  let layers = try store.finalLayers(of: runs[0].id)
  precondition(layers.count == 5)
}
try query("the study with its runs and claims") { _ = try store.study(named: "large") }
try store.close()
let size = try FileManager.default.attributesOfItem(atPath: store.path)[.size] as? Int ?? 0
print(String(format: "file: %.0f MB", Double(size) / 1e6))
