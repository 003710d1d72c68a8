import Foundation
import Records
import RunStore

/// A made-up study of four data sets, three strengths and eight seeds, with controls; no number is a measurement.
enum SampleDataSets {
  static let names = ["digits", "glyphs", "pictograms", "sprites"]
  static let strengths = [0.1, 0.5, 1.0]
  static let seeds = Array(0..<8)
  private static let studentT = ClaimRecord.Interval(method: .studentT, level: 0.95)

  static var record: StudyRecord {
    let axes: [StudyRecord.Axis] = [
      .init(key: "data_set", values: names.map { .string($0) }),
      .init(key: "strength", values: strengths.map { .double($0) }),
      .init(key: "seed", values: seeds.map { .integer($0) }),
    ]
    let runs = places.map { set, strength, seed in
      StudyRecord.Run(
        key: key(set, strength, seed),
        settings: [
          "data_set": .string(names[set]), "strength": .double(strength), "seed": .integer(seed),
        ], status: .finished)
    }
    return StudyRecord(
      name: "strength",
      question: "What does augmentation strength do to the encoder's output and to the head's?",
      axes: axes, runs: runs, claims: claims)
  }

  @discardableResult
  static func write(to folder: URL) throws -> StudyRecord {
    let record = record
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try AtomicFile.write(
      JSONEncoder().encode(record), to: folder.appendingPathComponent("study.json"))
    return record
  }

  private static var places: [(set: Int, strength: Double, seed: Int)] {
    names.indices.flatMap { set in
      strengths.flatMap { strength in seeds.map { (set, strength, $0) } }
    }
  }

  private static func key(_ set: Int, _ strength: Double, _ seed: Int) -> String {
    "data_set-\(names[set])_strength-\(strength)_seed-\(seed)"
  }

  /// Between -1 and 1, another one for each seed and data set.
  private static func noise(_ set: Int, _ seed: Int) -> Double {
    Double((seed * 5 + set * 3) % 8) / 3.5 - 1
  }

  private static func points(
    _ series: [String?], _ value: (_ set: Int, _ strength: Double, _ series: Int) -> Double,
    noise scale: Double
  ) -> [ClaimRecord.Point] {
    places.flatMap { set, strength, seed in
      series.indices.map { index in
        ClaimRecord.Point(
          run: key(set, strength, seed), seed: seed, setting: .double(strength),
          value: value(set, strength, index) + scale * noise(set, seed), series: series[index],
          dataSet: names[set])
      }
    }
  }

  /// A control with its effect in each data set, and whether the claim holds against it over all.
  private typealias Against = (control: Control, effects: [Double], holds: Bool?)

  private static func complete(
    _ claim: ClaimRecord, means: [Double], noise scale: Double,
    verdicts: [ClaimRecord.Verdict], against: [Against]
  ) -> ClaimRecord {
    var claim = claim
    let effects = names.indices.map { set in seeds.map { means[set] + scale * noise(set, $0) } }
    let over = seeds.indices.map { seed in effects.reduce(0) { $0 + $1[seed] / 4 } }
    func summed(_ claim: ClaimRecord, _ effects: [Double], _ verdict: ClaimRecord.Verdict)
      -> ClaimRecord
    {
      var claim = claim
      let mean = effects.reduce(0) { $0 + $1 / Double(effects.count) }
      claim.effects = effects
      claim.seeds = seeds
      claim.effect = mean
      claim.lower = mean - 0.6 * scale
      claim.upper = mean + 0.6 * scale
      claim.interval = studentT
      claim.verdict = verdict
      claim.p = verdict == .notSupported ? 0.371 : verdict == .contradicted ? 1 : 0.00390625
      claim.correctedP = claim.isPrimary ? claim.p.map { min(1, 4 * $0) } : nil
      return claim
    }
    func compared(_ effects: [Double], _ control: Control, _ there: Double, _ holds: Bool?)
      -> ClaimRecord.ControlComparison
    {
      let differences = effects.map { $0 - there }
      let mean = differences.reduce(0) { $0 + $1 / Double(differences.count) }
      var found = ClaimRecord.ControlComparison(
        control: control, effect: there, differences: differences, difference: mean,
        lower: mean - 0.6 * scale, upper: mean + 0.6 * scale, interval: studentT, p: 0.00390625)
      found.holds = claim.isPrimary ? holds : nil
      return found
    }
    claim = summed(claim, over, claim.verdict)
    claim.controls = against.map { each in
      compared(over, each.control, each.effects.reduce(0) { $0 + $1 / 4 }, each.holds)
    }
    claim.dataSets = names.indices.map { set in
      var own = summed(claim, effects[set], verdicts[set])
      own.controls = against.map { compared(effects[set], $0.control, $0.effects[set], $0.holds) }
      return ClaimRecord.DataSet(names[set], own)
    }
    claim.heterogeneity = .init(q: 31.2, degreesOfFreedom: 3, i2: 0.904, deviation: 0.21)
    return claim
  }

  private static func claim(
    _ id: String, _ statement: String, _ statistic: String, of formula: String, axis: String?,
    _ direction: Int, _ points: [ClaimRecord.Point], isPrimary: Bool = true,
    _ verdict: ClaimRecord.Verdict
  ) -> ClaimRecord {
    var claim = ClaimRecord(
      id: id, statement: statement, statistic: statistic, axis: axis, direction: direction,
      points: points, effects: [], seeds: [], effect: nil, lower: nil, upper: nil, p: nil,
      correctedP: nil, isPrimary: isPrimary, verdict: verdict)
    claim.formula = formula
    return claim
  }

  static var claims: [ClaimRecord] {
    let rank = "ln(z.effective_rank) - ln(h.effective_rank)"
    let transfer = "h.linear_top1 - z.linear_top1"
    return [
      complete(
        claim(
          "rank", "The effective rank of z falls with strength, that of h falls less.",
          "slope of \(rank) against strength", of: rank, axis: "strength", -1,
          points(
            ["z", "h"], { 3.9 + 0.1 * Double($0) - (1.7 - 1.4 * Double($2)) * $1 }, noise: 0.1),
          .supported),
        means: [-1.4, -1.1, -1.55, -0.9], noise: 0.2,
        verdicts: [.supported, .supported, .supported, .supported],
        against: [
          (.untrained, [-0.12, -0.2, -0.08, -0.31], true),
          (.gaussian, [-1.2, -1.0, -1.5, -0.85], false),
        ]),
      complete(
        claim(
          "transfer", "h serves downstream better than z.", "\(transfer), averaged over strength",
          of: transfer, axis: nil, 1,
          points(["h", "z"], { 0.9 - 0.06 * Double($0) - 0.09 * Double($2) * $1 }, noise: 0.02),
          .supported),
        means: [0.05, 0.08, 0.03, -0.004], noise: 0.012,
        verdicts: [.supported, .supported, .supportedUncorrected, .notSupported],
        against: [
          (.untrained, [0.01, 0.02, -0.005, 0.004], true),
          (.shuffled, [0.001, -0.002, 0.0005, 0.001], true),
        ]),
      complete(
        claim(
          "predicted-rank", "The contrastive covariance has fewer positive directions.",
          "slope of h.predicted_rank against strength", of: "h.predicted_rank", axis: "strength",
          -1,
          points([nil], { set, strength, _ in 90 - 8 * Double(set) - 40 * strength }, noise: 5),
          .supported),
        means: [-44, -40, -41, -35], noise: 6,
        verdicts: [.supported, .supported, .supported, .supported], against: []),
      complete(
        claim(
          "tangent",
          "The projector's plane is the nearer to the data's, the stronger the augmentations.",
          "slope of h.tangent_overlap / h.tangent_overlap_random against strength",
          of: "h.tangent_overlap / h.tangent_overlap_random", axis: "strength", 1,
          points(
            [nil], { set, strength, _ in 4 + Double(set) + (3 - 2 * Double(set)) * strength },
            noise: 0.4),
          isPrimary: false, .supportedUncorrected),
        means: [3, 1.1, 0.1, -2.6], noise: 0.5,
        verdicts: [.supportedUncorrected, .supportedUncorrected, .notSupported, .contradicted],
        against: [
          (.untrained, [0.4, 0.2, 0.1, -0.3], nil), (.randomPlane, [0, 0, 0, 0], nil),
        ]),
    ]
  }
}
