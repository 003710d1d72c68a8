import Foundation
import Records

extension StudyOutput {
  /// A study's claims as a table, then what each says and what there is to know about it.
  static func ledger(_ claims: [ClaimRecord]) -> String {
    let header = ["claim", "verdict", "effect", "95 % interval", "p", "Holm p", "seeds"]
    let rows = claims.map { claim in
      [
        claim.id, claim.verdict.rawValue, number(claim.effect), interval(claim), number(claim.p),
        claim.isPrimary ? number(claim.correctedP) : "secondary", "\(claim.seeds.count)",
      ]
    }
    var text = TextTable(rows: [header] + rows, leading: 2).text
    for claim in claims {
      let side = claim.direction > 0 ? "> 0" : claim.direction < 0 ? "< 0" : "≠ 0"
      text += "\n\n\(claim.id): \(claim.statement)\n  \(claim.statistic) \(side)"
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

  static func number(_ value: Double?) -> String {
    value.map { String(format: "%.4g", $0) } ?? "–"
  }

  static func interval(_ lower: Double?, _ upper: Double?) -> String {
    guard let lower, let upper else { return "–" }
    return "[\(number(lower)), \(number(upper))]"
  }

  private static func interval(_ claim: ClaimRecord) -> String {
    let method =
      switch claim.interval?.method {
      case .studentT: " t"
      case .expandedBCa: " BCa"
      case .percentile: " percentile"
      case nil: ""
      }
    return interval(claim.lower, claim.upper) + method
  }
}
