import Foundation
import Records

extension StudyOutput {
  /// A study's claims as a table, what they hold against, then what each says and what there is to know about it.
  static func ledger(_ claims: [ClaimRecord]) -> String {
    let header = ["claim", "verdict", "effect", "95 % interval", "p", "Holm p", "seeds"]
    let rows = claims.flatMap { claim in
      [
        [
          claim.id, claim.verdict.rawValue, number(claim.effect),
          interval(claim.lower, claim.upper, claim.interval), number(claim.p),
          claim.isPrimary ? number(claim.correctedP) : "secondary", "\(claim.seeds.count)",
        ]
      ]
        + claim.dataSets.map { set in
          [
            "  in \(set.name)", set.verdict.rawValue, number(set.effect),
            interval(set.lower, set.upper, set.interval), number(set.p),
            claim.isPrimary ? number(set.correctedP) : "secondary", "\(set.seeds.count)",
          ]
        }
    }
    var text = TextTable(rows: [header] + rows, leading: 2).text
    if let controls = controls(claims) { text += "\n\n" + controls }
    for claim in claims {
      let side = claim.direction > 0 ? "> 0" : claim.direction < 0 ? "< 0" : "≠ 0"
      text += "\n\n\(claim.id): \(claim.statement)\n  \(claim.statistic) \(side)"
      if let between = claim.heterogeneity {
        text +=
          "\n  between data sets: I² \(Int((100 * between.i2).rounded())) %, standard deviation "
          + "\(number(between.deviation)), Q \(number(between.q)) with \(between.degreesOfFreedom) degrees of freedom"
      }
    }
    // What is to be said of several claims is said once.
    var notes: [(note: String, ids: [String])] = []
    for claim in claims {
      guard let note = claim.note else { continue }
      if let index = notes.firstIndex(where: { $0.note == note }) {
        notes[index].ids.append(claim.id)
      } else {
        notes.append((note, [claim.id]))
      }
    }
    if !notes.isEmpty { text += "\n" }
    for (note, ids) in notes { text += "\n\(ids.joined(separator: ", ")): \(note)" }
    return text
  }

  /// Which claims hold against which controls, and what the effect is under them; nil where there are none.
  private static func controls(_ claims: [ClaimRecord]) -> String? {
    let present = Control.allCases.filter { control in
      claims.contains { $0.controls.contains { $0.control == control } }
    }
    guard !present.isEmpty else { return nil }
    let rows = claims.map { claim in
      [claim.id]
        + present.map { control in
          guard let comparison = claim.controls.first(where: { $0.control == control }) else {
            return "–"
          }
          let answer = comparison.holds.map { $0 ? "yes" : "no" } ?? "–"
          return "\(answer) (\(number(comparison.effect)))"
        }
    }
    let header = ["holds against (effect there)"] + present.map(\.text)
    return TextTable(rows: [header] + rows, leading: 1).text
  }

  static func number(_ value: Double?) -> String {
    value.map { String(format: "%.4g", $0) } ?? "–"
  }

  static func interval(_ lower: Double?, _ upper: Double?) -> String {
    guard let lower, let upper else { return "–" }
    return "[\(number(lower)), \(number(upper))]"
  }

  private static func interval(
    _ lower: Double?, _ upper: Double?, _ kind: ClaimRecord.Interval?
  ) -> String {
    let method =
      switch kind?.method {
      case .studentT: " t"
      case .expandedBCa: " BCa"
      case .percentile: " percentile"
      case nil: ""
      }
    return interval(lower, upper) + method
  }
}
