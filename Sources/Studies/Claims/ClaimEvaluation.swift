import Records

extension StudyResults {
  /// What the finished runs say of each claim, in the file's order.
  ///
  /// - Returns: records with points, effects, intervals, p-values corrected over the primary claims, and
  ///   verdicts by the rules at `ClaimRecord.Verdict`.
  public var claims: [ClaimRecord] {
    var records = study.claims.map(record)
    records.judge()
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
    let interval = EffectInterval(values)
    return ClaimRecord(
      id: claim.id, statement: claim.statement, statistic: claim.formula, axis: claim.axis,
      direction: claim.direction.sign, points: points, effects: values, seeds: effects.map(\.seed),
      effect: values.isEmpty ? nil : StudyResults.mean(values), lower: interval?.ends.lowerBound,
      upper: interval?.ends.upperBound, interval: interval?.kind,
      p: Wilcoxon.p(values, claim.direction.alternative), correctedP: nil,
      isPrimary: claim.isPrimary, verdict: .tooFewSeeds, note: note(on: gaps))
  }

  /// The seeds of all runs, in the order in which they come first.
  private var seeds: [Int] {
    let fallback = study.runs.first?.configuration.seed ?? 0
    return record.runs.reduce(into: []) { seeds, run in
      let seed = run.settings["seed"]?.wholeValue ?? fallback
      if !seeds.contains(seed) { seeds.append(seed) }
    }
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
