import Foundation
import Records
import RunStore

/// Made-up runs with curves of the shape that real ones have; no number is a measurement.
enum SampleRuns {
  /// Three runs that differ in augmentation strength.
  static func writeThree(to folder: URL) throws -> [RunFolder] {
    try [0.1, 0.5, 1.0].map { strength in
      try write(
        name: "sprites-s\(strength)", strength: strength, seed: 7,
        to: folder.appendingPathComponent("s\(strength)"))
    }
  }

  /// One run with every file a run can have.
  @discardableResult
  static func write(
    name: String, strength: Double, seed: Int, epochs: Int = 10, hasControls: Bool = false,
    to url: URL
  ) throws -> RunFolder {
    let run = RunFolder(path: url.path)
    try run.create()
    let config: JSONValue = [
      "name": .string(name), "dataset": "sprites", "strength": .double(strength),
      "seed": .integer(seed), "encoder": "resnet18", "width": 16, "head": [128, 128, 64],
      "temperature": 0.2, "batch_size": 256, "learning_rate": 0.002, "epochs": .integer(epochs),
      "schedule": "joint", "output": .string(url.path),
    ]
    try AtomicFile.write(Data(yaml(of: config).utf8), to: run.config)
    let stepsAnEpoch = 31
    let metrics = try JSONLinesFile(appendingTo: run.metrics)
    var lastLoss = 0.0
    for step in stride(from: 1, through: epochs * stepsAnEpoch, by: 3) {
      let record = metric(step: step, epoch: Double(step) / Double(stepsAnEpoch), strength, seed)
      lastLoss = record.loss ?? 0
      try metrics.append(record)
    }
    let geometry = try JSONLinesFile(appendingTo: run.geometry)
    for epoch in stride(from: 0, through: epochs, by: 2) {
      for figures in layers(strength, seed, progress: Double(epoch) / Double(epochs)) {
        let step = epoch * stepsAnEpoch
        try geometry.append(GeometryRecord(step: step, epoch: Double(epoch), figures: figures))
      }
    }
    try run.write(
      RunSummary(
        name: name, config: config, epochs: Double(epochs), steps: epochs * stepsAnEpoch,
        finalLoss: lastLoss, wallSeconds: 82.4 + strength * 7, viewsPerSecond: 1940 - strength * 60,
        layers: layers(strength, seed, progress: 1).map { hasControls ? controlled($0) : $0 }))
    try AtomicFile.write(SamplePNG.contactSheet(strength: strength), to: run.views)
    return run
  }

  private static func metric(
    step: Int, epoch: Double, _ strength: Double, _ seed: Int
  ) -> MetricRecord {
    let progress = 1 - exp(-Double(step) / 70)
    let noise = ripple(step + seed * 131)
    return MetricRecord(
      step: step, epoch: epoch,
      loss: 5.6 - progress * (4.1 - 2.2 * strength) + 0.09 * noise,
      learningRate: 0.002 * (1 + cos(.pi * Double(step) / 310)) / 2,
      viewsPerSecond: 1900 + 60 * noise,
      contrastiveTop1: min(1, max(0, progress * (0.97 - 0.5 * strength) + 0.02 * noise)),
      meanPositiveCosine: 0.4 + 0.4 * progress, meanNegativeCosine: 0.01 * noise,
      softmaxEntropy: 5.5 - 3 * progress,
      extra: ["update_encoder": 2e-3 * exp(-progress), "update_head": 8e-3 * exp(-2 * progress)])
  }

  private static func layers(
    _ strength: Double, _ seed: Int, progress: Double
  ) -> [LayerFigures] {
    let shift = 0.4 * ripple(seed)
    let early = exp(-4 * progress)
    let places: [(name: String, dimension: Int, depth: Double)] = [
      ("h", 128, 0), ("head.1", 128, 0.4), ("head.2", 128, 0.7), ("z", 64, 1),
    ]
    return places.map { name, dimension, depth in
      let rank = (50 - 18 * strength * strength) * (1 - depth) + (62 - 49 * strength) * depth
      let linear = 0.58 + 0.24 * strength - depth * (0.04 + 0.16 * strength)
      let own = 0.16 + 0.3 * strength - depth * (0.44 * strength - 0.24)
      return LayerFigures(
        layer: name, n: 2048, dimension: dimension,
        values: [
          "effective_rank": rank * (1 - 0.8 * early) + shift,
          "effective_rank_covariance": rank * 0.62 * (1 - 0.8 * early) + shift,
          "rankme": rank * 1.04 * (1 - 0.8 * early) + shift,
          "stable_rank": rank * 0.24 + shift, "participation_ratio": rank * 0.41 + shift,
          "numerical_rank": Double(dimension), "alpha": 0.9 + 0.8 * strength * (0.4 + depth),
          "alpha_r2": 0.97, "lidar": rank * 0.8, "nesum": rank * 0.25,
          "linear_top1": linear * (1 - 0.5 * early) + 0.01 * shift,
          "knn_top1": (linear - 0.05) * (1 - 0.5 * early) + 0.01 * shift,
          "invariance": own * (1 + early) + 0.01 * shift, "alignment": 0.3 - 0.1 * depth,
          "uniformity": -2.9 - 0.4 * depth, "orbit_spread": 0.11 - 0.03 * depth,
          "intrinsic_dimension.two_nn": 9.5 - 2.5 * depth * strength,
          "intrinsic_dimension.mle": 9.1 - 2.3 * depth * strength,
        ].merging(SampleGeometry.values(of: name, at: depth, strength)) { $1 },
        invarianceAt: [
          "0.25": (0.22 - 0.08 * strength) * (1 - 0.3 * depth * strength),
          "0.5": (0.41 - 0.13 * strength) * (1 - 0.4 * depth * strength),
          "1.0": (0.72 - 0.2 * strength) * (1 - 0.5 * depth * strength),
        ],
        spectrum: (0..<dimension).map { index in
          let decay = Double(index) / rank
          return -0.5 - 0.45 * decay - (index > Int(rank * 1.3) ? 0.5 * (decay - 1.3) : 0)
        },
        conventions: [
          "effective_rank": Convention(centered: true, rowNormalized: false),
          "effective_rank_covariance": Convention(centered: true, rowNormalized: false),
          "rankme": Convention(centered: false, rowNormalized: false, epsilon: 1e-7),
          "stable_rank": Convention(centered: true, rowNormalized: false),
          "alpha": Convention(centered: true, rowNormalized: false),
          "knn_top1": Convention(centered: false, rowNormalized: true, n: 512, k: 20),
          "lidar": Convention(
            centered: true, rowNormalized: false, epsilon: 1e-4, n: 512, views: 8),
          "spectrum": Convention(centered: true, rowNormalized: true),
        ])
    }
  }

  /// The layer with some of its figures under controls.
  private static func controlled(_ figures: LayerFigures) -> LayerFigures {
    var figures = figures
    for (key, share) in [
      "effective_rank": 0.4, "linear_top1": 0.45, "knn_top1": 0.4, "invariance": 1.3,
    ] {
      guard let value = figures[key] else { continue }
      figures.record(value * share, as: key, under: .untrained)
      if key.hasSuffix("top1") {
        figures.record(0.1, as: key, under: .shuffled)
      } else {
        figures.record(value * 0.9, as: key, under: .gaussian)
      }
    }
    return figures
  }

  private static func ripple(_ index: Int) -> Double {
    let wave = sin(Double(index) * 12.9898) * 43758.5453
    return 2 * (wave - wave.rounded(.down)) - 1
  }

  private static func yaml(of config: JSONValue) throws -> String {
    guard case .object(let members) = config else { return "" }
    return try members.keys.sorted().map { key in
      let value = try JSONEncoder().encode(members[key])
      return "\(key): \(String(decoding: value, as: UTF8.self))\n"
    }.joined()
  }
}
