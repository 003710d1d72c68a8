import Foundation
import Records
import Reports
import RunStore

/// A made-up study with a claim of every verdict; no number is a measurement.
enum SampleStudy {
  static let strengths = [0.1, 0.5, 1.0]
  static let heads: [JSONValue] = [
    "none", "linear:64", "mlp:64-64", "mlp:256-64", "mlp:64-64-64", "mlp:256-256-64",
  ]

  /// A study of three strengths and five seeds of which one run failed and one is to come.
  static func write(to folder: URL) throws -> StudyRecord {
    var runs: [StudyRecord.Run] = []
    for strength in strengths {
      for seed in 1...5 {
        let key = "strength-\(strength)-seed-\(seed)"
        let settings: [String: JSONValue] = [
          "strength": .double(strength), "seed": .integer(seed),
        ]
        switch (strength, seed) {
        case (1.0, 4):
          runs.append(
            .init(
              key: key, settings: settings, status: .failed,
              failure: "the loss became NaN in step 212; lower the learning rate"))
        case (1.0, 5): runs.append(.init(key: key, settings: settings, status: .pending))
        default:
          try finish(key, strength, seed, in: folder)
          runs.append(.init(key: key, settings: settings, status: .finished))
        }
      }
    }
    // Only one run has a page of its own.
    try AtomicFile.write(
      Data("<!DOCTYPE html>".utf8),
      to: folder.appendingPathComponent("runs/\(runs[0].key)/report.html"))
    let record = StudyRecord(
      name: "Strength of augmentation",
      question: "What does augmentation strength do to the encoder's output and to the head's?",
      axes: [
        .init(key: "strength", values: strengths.map { .double($0) }),
        .init(key: "seed", values: (1...5).map { .integer($0) }),
      ],
      runs: runs, claims: claims)
    try AtomicFile.write(
      JSONEncoder().encode(record), to: folder.appendingPathComponent("study.json"))
    return record
  }

  private static func finish(_ key: String, _ strength: Double, _ seed: Int, in folder: URL) throws
  {
    let run = RunFolder(path: folder.appendingPathComponent("runs/\(key)").path)
    try run.create()
    let noise = Double(seed * 7 % 5) / 5
    let layers = [("h", 0.0), ("z", 1.0)].map { layer, depth in
      LayerFigures(
        layer: layer, n: 2048, dimension: 128,
        values: [
          "linear_top1": 0.6 + 0.2 * strength - depth * 0.1 + 0.02 * noise,
          "knn_top1": 0.55 + 0.2 * strength - depth * 0.1 + 0.02 * noise,
          "effective_rank": 50 - 20 * strength - depth * 20 * strength + noise,
          "invariance": 0.3 + 0.2 * strength - depth * 0.2 * strength + 0.02 * noise,
        ])
    }
    try run.write(
      RunSummary(
        name: key, config: ["strength": .double(strength), "seed": .integer(seed)], epochs: 10,
        steps: 310, finalLoss: 2.5 + noise, wallSeconds: 80 + noise * 20, layers: layers))
  }

  /// Points of each series at each setting for seeds 1 to `seeds`.
  private static func points(
    _ settings: [JSONValue], seeds: Int, series: [String?], _ value: (Int, Int, Int) -> Double
  ) -> [ClaimRecord.Point] {
    settings.indices.flatMap { place in
      (1...seeds).flatMap { seed in
        series.indices.map { index in
          ClaimRecord.Point(
            run: "run-\(place)-\(seed)", seed: seed, setting: settings[place],
            value: value(place, seed, index) + Double(seed * 7 % 5) / 20, series: series[index])
        }
      }
    }
  }

  private static let studentT = ClaimRecord.Interval(method: .studentT, level: 0.95)

  static var claims: [ClaimRecord] {
    let numbers = strengths.map { JSONValue.double($0) }
    return [
      ClaimRecord(
        id: "rank",
        statement:
          "The effective rank of z falls with augmentation strength, that of h falls less.",
        statistic: "slope of ln(effective_rank) against strength, z minus h", axis: "strength",
        direction: -1,
        points: points(numbers, seeds: 5, series: ["h", "z"]) { place, _, index in
          3.9 - 0.15 * Double(place) - 0.6 * Double(place * index)
        },
        effects: [-1.31, -1.22, -1.4, -1.18, -1.27], seeds: [1, 2, 3, 4, 5], effect: -1.276,
        lower: -1.352, upper: -1.206, interval: studentT, p: 0.03125, correctedP: 0.125,
        verdict: .supportedUncorrected),
      ClaimRecord(
        id: "transfer", statement: "h serves downstream better than z.",
        statistic: "linear_top1(h) − linear_top1(z)", axis: nil, direction: 1,
        points: points([0.5], seeds: 6, series: ["h", "z"]) { _, _, index in
          0.8 - 0.15 * Double(index)
        },
        effects: [0.15, 0.17, 0.14, 0.16, 0.15, 0.13], seeds: [1, 2, 3, 4, 5, 6], effect: 0.15,
        lower: 0.141, upper: 0.16, interval: studentT, p: 0.0004, correctedP: 0.0016,
        verdict: .supported),
      ClaimRecord(
        id: "tangent",
        statement: "The projector's leading subspace estimates the data's tangent plane.",
        statistic: "tangent_overlap(h) / tangent_overlap_random(h)", axis: "strength", direction: 1,
        points: points(numbers, seeds: 20, series: [nil]) { place, seed, _ in
          4 - Double(place) + 0.02 * Double(seed)
        },
        effects: (1...20).map { -0.8 - 0.02 * Double($0) }, seeds: Array(1...20), effect: -1.01,
        lower: -1.06, upper: -0.96,
        interval: ClaimRecord.Interval(method: .expandedBCa, level: 0.95), p: 1, correctedP: nil,
        isPrimary: false, verdict: .contradicted),
      ClaimRecord(
        id: "head", statement: "A head protects h: without one, h itself loses rank.",
        statistic: "effective_rank(h)", axis: "head", direction: 1,
        points: points(heads, seeds: 3, series: ["h"]) { place, _, _ in 20 + 4 * Double(place) },
        effects: [17.2, 18.9, 18.1], seeds: [1, 2, 3], effect: 18.07, lower: 17.2, upper: 18.9,
        p: nil, correctedP: nil, verdict: .tooFewSeeds),
      ClaimRecord(
        id: "schedule", statement: "Alternating changes the rank of h.",
        statistic: "effective_rank(h)", axis: "schedule", direction: 0, points: [], effects: [],
        seeds: [], effect: nil, lower: nil, upper: nil, p: nil, correctedP: nil,
        verdict: .tooFewSeeds, note: "without seed 3: no finished run"),
    ]
  }
}
