import Records

extension StudyResults {
  /// What the finished runs say of each claim, in the file's order.
  ///
  /// - Returns: records with points, effects, intervals, p-values corrected over all claims, and verdicts by the
  ///   rule at `ClaimRecord.Verdict`.
  public var claims: [ClaimRecord] {
    var records = study.claims.map(record)
    let tested = records.indices.filter { records[$0].p != nil }
    let corrected = Holm.corrected(tested.compactMap { records[$0].p })
    for (index, p) in zip(tested, corrected) { records[index].correctedP = p }
    for index in records.indices { records[index].judge(claims: tested.count) }
    return records
  }

  private func record(of claim: Claim) -> ClaimRecord {
    var points: [ClaimRecord.Point] = []
    var effects: [(seed: Int, effect: Double)] = []
    var gaps: [(seed: Int, reason: String)] = []
    for seed in seeds {
      switch effect(of: claim, seed: seed) {
      case .success(let found):
        effects.append((seed, found.effect))
        points += found.points
      case .failure(let gap): gaps.append((seed, gap.reason))
      }
    }
    let values = effects.map(\.effect)
    let interval = Bootstrap.interval(ofMean: values)
    return ClaimRecord(
      id: claim.id, statement: claim.statement, statistic: claim.formula, axis: claim.axis,
      direction: claim.direction.sign, points: points, effects: values, seeds: effects.map(\.seed),
      effect: values.isEmpty ? nil : values.reduce(0, +) / Double(values.count),
      lower: interval?.lowerBound, upper: interval?.upperBound,
      p: Wilcoxon.p(values, claim.direction.alternative), correctedP: nil, verdict: .tooFewSeeds,
      note: note(on: gaps))
  }

  /// The seeds of all runs, in the order in which they come first.
  private var seeds: [Int] {
    var seeds: [Int] = []
    let fallback = study.runs.first?.configuration.seed ?? 0
    for run in record.runs {
      let seed = run.settings["seed"]?.doubleValue.map { Int($0) } ?? fallback
      if !seeds.contains(seed) { seeds.append(seed) }
    }
    return seeds
  }

  /// Which seeds are missing and why: each reason once.
  private func note(on gaps: [(seed: Int, reason: String)]) -> String? {
    var reasons: [(reason: String, seeds: [Int])] = []
    for gap in gaps {
      if let index = reasons.firstIndex(where: { $0.reason == gap.reason }) {
        reasons[index].seeds.append(gap.seed)
      } else {
        reasons.append((gap.reason, [gap.seed]))
      }
    }
    guard !reasons.isEmpty else { return nil }
    return reasons.map { reason, seeds in
      let names = seeds.map(String.init).joined(separator: ", ")
      return "without seed\(seeds.count == 1 ? "" : "s") \(names): \(reason)"
    }.joined(separator: "; ")
  }
}

extension Claim.Direction {
  var alternative: Wilcoxon.Alternative {
    switch self {
    case .positive: .greater
    case .negative: .less
    case .either: .twoSided
    }
  }
}

extension ClaimRecord {
  private static let fewestSeeds = 5
  private static let level = 0.05

  /// Gives the verdict, by the rule at `Verdict`, and says in the note what it rests on.
  fileprivate mutating func judge(claims: Int) {
    let alternative: Wilcoxon.Alternative = direction == 0 ? .twoSided : .greater
    let smallest = Wilcoxon.smallestP(effects.count, alternative)
    guard effects.count >= ClaimRecord.fewestSeeds, smallest < ClaimRecord.level,
      let lower, let upper, let p, let correctedP
    else {
      verdict = .tooFewSeeds
      return
    }
    let canBeCorrected = smallest * Double(claims) < ClaimRecord.level
    if !canBeCorrected {
      let remark =
        "with \(effects.count) seeds and \(claims) claims no corrected p can be below 0.05: the verdict "
        + "rests on the interval and the uncorrected p"
      note = note.map { "\($0); \(remark)" } ?? remark
    }
    let isOnClaimedSide =
      switch direction {
      case 1: lower > 0
      case -1: upper < 0
      default: lower > 0 || upper < 0
      }
    let isOnOtherSide = direction > 0 && upper < 0 || direction < 0 && lower > 0
    if isOnClaimedSide && (canBeCorrected ? correctedP : p) < ClaimRecord.level {
      verdict = .supported
    } else {
      verdict = isOnOtherSide ? .contradicted : .notSupported
    }
  }
}
