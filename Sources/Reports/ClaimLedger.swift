import Records

/// The table of claims: a row a claim, one for each data set below it, and a column a control.
struct ClaimLedger {
  /// The controls that any of the claims has.
  let controls: [Control]

  init(of claims: [ClaimRecord]) {
    controls = Control.allCases.filter { control in
      claims.contains { $0.controls.contains { $0.control == control } }
    }
  }

  /// The rows of a claim, as a template takes them: over all data, and in each data set.
  func rows(_ claim: ClaimRecord) -> [String: Any] {
    var lines = [
      Line(
        effects: [claim.effect, claim.lower, claim.upper], interval: claim.interval, p: claim.p,
        correctedP: claim.correctedP, seeds: claim.seeds.count, verdict: claim.verdict,
        controls: claim.controls)
    ]
    lines += claim.dataSets.map { set in
      Line(
        effects: [set.effect, set.lower, set.upper], interval: set.interval, p: set.p,
        correctedP: set.correctedP, seeds: set.seeds.count, verdict: set.verdict,
        controls: set.controls)
    }
    // All of a claim's effects have as many decimals.
    let effects = Numerals.aligned(lines.flatMap(\.effects))
    let there = Numerals.aligned(
      lines.flatMap { line in controls.map { line.comparison(with: $0)?.effect } })
    let rows = lines.enumerated().map { place, line in
      row(
        line, Array(effects[3 * place..<3 * place + 3]),
        Array(there[controls.count * place..<controls.count * (place + 1)]))
    }
    var shown = rows[0]
    shown["id"] = claim.id
    shown["statement"] = claim.statement
    shown["statistic"] = claim.statistic
    shown["isSecondary"] = !claim.isPrimary
    shown["hasSets"] = !claim.dataSets.isEmpty
    shown["columns"] = 7 + controls.count
    shown["sets"] = zip(claim.dataSets, rows.dropFirst()).map { set, row in
      row.merging(["name": set.name]) { $1 }
    }
    return shown
  }

  /// The class that a verdict is shown in.
  static func badge(_ verdict: ClaimRecord.Verdict) -> String {
    switch verdict {
    case .supported: "supported"
    case .supportedUncorrected: "uncorrected"
    case .notSupported: "open"
    case .contradicted: "contradicted"
    case .tooFewSeeds: "few"
    }
  }

  /// What one row says.
  private struct Line {
    /// The mean effect and its interval's ends.
    let effects: [Double?]
    let interval: ClaimRecord.Interval?
    let p: Double?
    let correctedP: Double?
    let seeds: Int
    let verdict: ClaimRecord.Verdict
    let controls: [ClaimRecord.ControlComparison]

    func comparison(with control: Control) -> ClaimRecord.ControlComparison? {
      controls.first { $0.control == control }
    }
  }

  private func row(_ line: Line, _ effects: [String?], _ there: [String?]) -> [String: Any] {
    let ends = effects[1].flatMap { lower in effects[2].map { "\(lower) to \($0)" } }
    return [
      "effect": effects[0] ?? "–", "interval": ends ?? "–",
      "method": line.interval.map(Self.name) ?? "", "hasMethod": line.interval != nil,
      "p": StudyText.probability(line.p) ?? "–",
      "correctedP": StudyText.probability(line.correctedP) ?? "–",
      "seeds": Numerals.count(Double(line.seeds)), "verdict": line.verdict.rawValue,
      "badge": Self.badge(line.verdict),
      "controls": zip(controls, there).map { control, effect in
        [
          "label": "Against \(control.phrase)", "isAbsent": effect == nil,
          "answer": line.comparison(with: control)?.holds.map { $0 ? "yes" : "no" } ?? "–",
          "effectThere": effect ?? "", "hasEffect": effect != nil,
        ] as [String: Any]
      },
    ]
  }

  private static func name(_ interval: ClaimRecord.Interval) -> String {
    switch interval.method {
    case .studentT: "Student's t"
    case .expandedBCa: "BCa bootstrap"
    case .percentile: "percentile bootstrap"
    }
  }
}
