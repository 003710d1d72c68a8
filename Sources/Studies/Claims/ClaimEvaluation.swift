import Records

extension StudyResults {
  /// What the finished runs say of each claim, in the file's order.
  ///
  /// A study of several data sets tests a claim in each of them, where p is corrected over the primary claims of that data
  /// set, and over all: a seed's effect is then the mean of its effects in the data sets.
  ///
  /// - Returns: records with points, effects, intervals, p-values corrected over the primary claims, and
  ///   verdicts by the rules at `ClaimRecord.Verdict`.
  public var claims: [ClaimRecord] {
    let names = study.axes.first { $0.key == Study.dataSetAxis }?.values.map(\.json) ?? []
    guard !names.isEmpty else {
      var records = study.claims.map { Evaluation(of: $0, in: [nil], self).record() }
      records.judge(pending: records.pendingCount)
      return records
    }
    let evaluations = study.claims.map { claim in
      let own = claim.selection[Study.dataSetAxis]?.map(\.json) ?? names
      return Evaluation(of: claim, in: own, self)
    }
    var records = evaluations.map { $0.record() }
    let pending = records.pendingCount
    records.judge(pending: pending)
    for name in names {
      // A data set is a family of tests by itself.
      let places = evaluations.indices.filter { evaluations[$0].dataSets.contains(name) }
      var ofSet = places.map { evaluations[$0].record(in: name) }
      ofSet.judge(pending: pending)
      for (place, record) in zip(places, ofSet) {
        records[place].dataSets.append(ClaimRecord.DataSet(name.plainText, record))
      }
    }
    for (place, evaluation) in evaluations.enumerated() {
      records[place].heterogeneity = evaluation.heterogeneity
    }
    return records
  }

  /// The seeds of all runs, in the order in which they come first.
  fileprivate var seeds: [Int] {
    let fallback = study.runs.first?.configuration.seed ?? 0
    return record.runs.reduce(into: []) { seeds, run in
      let seed = run.settings["seed"]?.wholeValue ?? fallback
      if !seeds.contains(seed) { seeds.append(seed) }
    }
  }
}

extension [ClaimRecord] {
  /// How many primary claims have no effect yet.
  fileprivate var pendingCount: Int { count { $0.isPrimary && $0.p == nil } }
}

/// A claim's effects, by data set, seed and control.
private struct Evaluation {
  typealias Effects = [Int: Double]

  /// What one data set gave.
  struct Found {
    var effects: Effects = [:]
    var points: [Int: [ClaimRecord.Point]] = [:]
    var gaps: [(seed: Int, reason: String)] = []
    /// The claim's effects with each figure under a control, where all of them have it.
    var underControls: [Control: Effects] = [:]
  }

  let claim: Claim
  /// The data sets that the claim is about; nil in a study of one.
  let dataSets: [JSONValue?]
  let seeds: [Int]
  private let found: [Found]

  init(of claim: Claim, in dataSets: [JSONValue?], _ results: StudyResults) {
    self.claim = claim
    self.dataSets = dataSets
    let seeds = results.seeds
    self.seeds = seeds
    found = dataSets.map { dataSet in
      var found = Found()
      for seed in seeds {
        switch results.effect(of: claim, seed: seed, in: dataSet) {
        case .success(let (effect, points)):
          found.effects[seed] = effect
          found.points[seed] = points
        case .failure(let gap): found.gaps.append((seed, gap.reason))
        }
        for control in Control.allCases {
          if case .success(let (effect, _)) = results.effect(
            of: claim, seed: seed, in: dataSet, under: control)
          {
            found.underControls[control, default: [:]][seed] = effect
          }
        }
      }
      return found
    }
  }

  /// What one data set says.
  func record(in dataSet: JSONValue) -> ClaimRecord {
    record(of: zip(dataSets, found).filter { $0.0 == dataSet }.map(\.1), named: nil)
  }

  /// What all data sets that have any effect say together.
  func record() -> ClaimRecord {
    let measured = zip(dataSets, found).filter { !$0.1.effects.isEmpty }
    let missing = zip(dataSets, found).filter(\.1.effects.isEmpty).compactMap { $0.0?.plainText }
    guard !measured.isEmpty else { return record(of: found, named: dataSets) }
    var record = record(of: measured.map(\.1), named: measured.map(\.0))
    if !missing.isEmpty {
      let remark =
        "without the data set\(missing.count == 1 ? "" : "s") "
        + missing.joined(separator: ", ")
        + ", which \(missing.count == 1 ? "has" : "have") no effect"
      record.note = [remark, record.note].compactMap { $0 }.joined(separator: "; ")
    }
    return record
  }

  private func record(of parts: [Found], named names: [JSONValue?]?) -> ClaimRecord {
    let effects = Self.mean(parts.map(\.effects), over: seeds)
    let kept = seeds.filter { effects[$0] != nil }
    let values = kept.compactMap { effects[$0] }
    let interval = EffectInterval(values)
    let notes = parts.enumerated().compactMap { place, part in
      Self.note(on: part.gaps).map { note in
        (names?[place]?.plainText).map { "\($0) \(note)" } ?? note
      }
    }
    var record = ClaimRecord(
      id: claim.id, statement: claim.statement, statistic: claim.formula, axis: claim.axis,
      direction: claim.direction.sign,
      points: parts.flatMap { part in kept.flatMap { part.points[$0] ?? [] } }, effects: values,
      seeds: kept, effect: values.isEmpty ? nil : StudyResults.mean(values),
      lower: interval?.ends.lowerBound, upper: interval?.ends.upperBound, interval: interval?.kind,
      p: Wilcoxon.p(values, claim.direction.alternative), correctedP: nil,
      isPrimary: claim.isPrimary, verdict: .tooFewSeeds,
      note: notes.isEmpty ? nil : notes.joined(separator: "; "))
    record.formula = claim.of.text
    record.controls = Control.allCases.compactMap { comparison(of: effects, with: $0, parts) }
    return record
  }

  /// The claim's effects against those of a control, seed by seed; nil where its figures do not all have it.
  private func comparison(
    of own: Effects, with control: Control, _ parts: [Found]
  ) -> ClaimRecord.ControlComparison? {
    let controls = Self.mean(parts.map { $0.underControls[control] ?? [:] }, over: seeds)
    let kept = seeds.filter { controls[$0] != nil && own[$0] != nil }
    guard !kept.isEmpty else { return nil }
    let differences = kept.map { (own[$0] ?? .nan) - (controls[$0] ?? .nan) }
    let interval = EffectInterval(differences)
    return ClaimRecord.ControlComparison(
      control: control, effect: StudyResults.mean(kept.compactMap { controls[$0] }),
      differences: differences, difference: StudyResults.mean(differences),
      lower: interval?.ends.lowerBound, upper: interval?.ends.upperBound, interval: interval?.kind,
      p: Wilcoxon.p(differences, claim.direction.alternative))
  }

  /// How much the data sets differ beyond what their seeds do; nil for fewer than two of them.
  var heterogeneity: ClaimRecord.Heterogeneity? {
    ClaimRecord.Heterogeneity(of: found.map { found in seeds.compactMap { found.effects[$0] } })
  }

  /// The mean over data sets for each seed that has an effect in all of them.
  private static func mean(_ parts: [Effects], over seeds: [Int]) -> Effects {
    var means: Effects = [:]
    for seed in seeds {
      let values = parts.compactMap { $0[seed] }
      if values.count == parts.count, !values.isEmpty { means[seed] = StudyResults.mean(values) }
    }
    return means
  }

  /// Which seeds are missing and why: each reason once.
  private static func note(on gaps: [(seed: Int, reason: String)]) -> String? {
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
