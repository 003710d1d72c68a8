import Foundation
import Records
import RunDatabase
import RunStore

/// Made-up runs and studies with every kind of value in them.
enum Samples {
  static func content(
    _ seed: Int, points: Int = 5, layers: [String] = ["h", "head.1", "z"], isFinished: Bool = true
  ) -> RunContent {
    let metrics = (1...points).map { metric($0, seed: seed) }
    var measured: [GeometryRecord] = []
    for step in [10 * (points / 2), 10 * points] {
      for layer in layers { measured.append(record(step: step, layer: layer, seed: seed)) }
    }
    let summary = RunSummary(
      name: "run-\(seed)", config: configuration(seed), epochs: Double(points) / 3,
      steps: 10 * points, finalLoss: 1 / Double(seed + 3), wallSeconds: 12.5,
      viewsPerSecond: nil, layers: measured.suffix(layers.count).map(\.figures))
    return RunContent(
      name: "run-\(seed)", configuration: configuration(seed),
      summary: isFinished ? summary : nil, metrics: metrics, geometry: measured)
  }

  static func metric(_ index: Int, seed: Int) -> MetricRecord {
    let extra: [String: Double] =
      index.isMultiple(of: 2) ? ["best_response_gap": 0.1 + Double(index)] : [:]
    return MetricRecord(
      step: 10 * index, epoch: Double(index) / 3, loss: 5 / Double(index + seed),
      learningRate: 1e-3, contrastiveTop1: index == 2 ? nil : 0.1 * Double(seed), extra: extra)
  }

  static func configuration(_ seed: Int) -> JSONValue {
    [
      "seed": .integer(seed), "strength": 0.1, "head": "mlp:16-8", "strict": false,
      "temperature": 1.0, "policy": ["lie": ["rotation": 0.25]], "data": "1",
    ]
  }

  static func record(step: Int, layer: String, seed: Int) -> GeometryRecord {
    GeometryRecord(
      step: step, epoch: Double(step) / 30,
      figures: LayerFigures(
        layer: layer, n: 60, dimension: 8,
        values: [
          "effective_rank": 1 + Double(step) / Double(seed + 7), "tangent_norm.rotation": 0.1,
          "invariance_at.0.5.rotation": 0.3,
        ],
        invarianceAt: ["0.25": 0.2, "0.5": 0.4, "1.0": 1 / 3],
        spectrum: [0, -0.1, -1 / 3, -2.5],
        conventions: [
          "effective_rank": Convention(centered: true, rowNormalized: false, epsilon: 1e-7, k: 3)
        ],
        controls: [.untrained: ["effective_rank": 7, "invariance_at.0.5": 0.9]]))
  }

  static func study(_ seeds: Range<Int>, status: StudyRecord.Run.Status) -> StudyRecord {
    let point = ClaimRecord.Point(
      run: "run-0", seed: 0, setting: 0.1, value: 1 / 3, series: "z")
    let claim = ClaimRecord(
      id: "rank", statement: "rank falls with strength", statistic: "slope of effective_rank(z)",
      axis: "strength", direction: -1, points: [point, point], effects: [-0.5, 1 / 3],
      seeds: [0, 1], effect: -0.1, lower: -0.5, upper: 0.3, p: 0.25, correctedP: nil,
      verdict: .tooFewSeeds, note: "seed 2 is left out")
    return StudyRecord(
      name: "strength", question: "what does strength do?",
      isQuick: status == .failed ? true : nil,
      axes: [
        .init(key: "strength", values: [0.1, 1]),
        .init(key: "head", values: ["none", "mlp:16-8"]), .init(key: "strict", values: [true]),
      ],
      runs: seeds.map {
        .init(
          key: "run-\($0)",
          settings: ["strength": 0.1, "seed": .integer($0), "strict": true, "head": "1"],
          status: status, failure: status == .failed ? "disk full" : nil)
      },
      claims: [claim])
  }

  /// Writes a run's files as training would.
  static func write(_ content: RunContent, to folder: RunFolder) throws {
    try folder.create()
    let metrics = try JSONLinesFile(appendingTo: folder.metrics)
    for record in content.metrics { try metrics.append(record) }
    metrics.close()
    let geometry = try JSONLinesFile(appendingTo: folder.geometry)
    for record in content.layers { try geometry.append(record) }
    geometry.close()
    guard case .object(let members) = content.configuration else { return }
    // JSON is YAML.
    let encoder = JSONEncoder()
    let lines = try members.map { key, value in
      let list = String(decoding: try encoder.encode([value]), as: UTF8.self)
      return "\(key): \(list.dropFirst().dropLast())"
    }
    try Data(lines.joined(separator: "\n").utf8).write(to: folder.config)
    guard content.isFinished else { return }
    try folder.write(
      RunSummary(
        name: content.name, config: content.configuration, epochs: content.epochs,
        steps: content.steps, finalLoss: content.finalLoss, wallSeconds: content.wallSeconds,
        viewsPerSecond: content.viewsPerSecond,
        layers: content.layers.filter { $0.step == content.steps }.map(\.figures)))
  }
}
