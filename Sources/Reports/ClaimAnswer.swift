import Records

/// A claim's verdict as the end of a sentence that begins with the claim and the verdict's word.
struct ClaimAnswer {
  private let claim: ClaimRecord
  private let unit: String?

  /// The answer of a claim that is expressed in its quantity's units.
  init(of claim: ClaimRecord, _ quantity: ClaimQuantity) {
    self.claim = claim
    unit = quantity.effectUnit
  }

  /// Effect and interval, seeds, data sets, controls.
  var text: String {
    [effect, dataSets, controls].compactMap { $0 }.joined(separator: "; ") + "."
  }

  private var effect: String {
    let seeds = StudyText.count(claim.seeds.count, "seed").replacing(" ", with: "\u{A0}")
    let numbers = Numerals.aligned([claim.effect, claim.lower, claim.upper])
    guard let effect = numbers[0] else { return "no effect yet, \(seeds)" }
    let named = "effect \(effect)" + (unit.map { " \($0)" } ?? "")
    guard let lower = numbers[1], let upper = numbers[2] else { return "\(named), \(seeds)" }
    return "\(named) (95\u{A0}% interval \(lower) to \(upper)), \(seeds)"
  }

  private var dataSets: String? {
    guard !claim.dataSets.isEmpty else { return nil }
    func names(_ verdicts: ClaimRecord.Verdict...) -> [String] {
      claim.dataSets.filter { verdicts.contains($0.verdict) }.map { set in
        // A secondary claim is never corrected, so that the word would say nothing.
        set.verdict == .supportedUncorrected && claim.isPrimary
          ? "\(set.name) uncorrected" : set.name
      }
    }
    let holding = names(.supported, .supportedUncorrected)
    let total = claim.dataSets.count
    var text =
      "holds in \(holding.isEmpty ? "none" : "\(holding.count)") of "
      + StudyText.count(total, "data set")
    if !holding.isEmpty { text += " (\(Self.list(holding)))" }
    for (start, names) in [
      ("not in", names(.notSupported)), ("contradicted in", names(.contradicted)),
      ("too few seeds in", names(.tooFewSeeds)),
    ] where !names.isEmpty {
      text += ", \(start) \(Self.list(names))"
    }
    return text
  }

  private var controls: String? {
    func names(_ answer: Bool?) -> [String] {
      claim.controls.filter { $0.holds == answer }.map(\.control.phrase)
    }
    let parts = [
      ("holds against", names(true)), ("not against", names(false)),
      ("untested against", names(nil)),
    ].filter { !$0.1.isEmpty }
    guard !parts.isEmpty else { return nil }
    return parts.map { "\($0.0) \(Self.list($0.1))" }.joined(separator: ", ")
  }

  /// `a`, `a and b`, `a, b and c`.
  private static func list(_ names: [String]) -> String {
    guard names.count > 1, let last = names.last else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and \(last)"
  }
}
