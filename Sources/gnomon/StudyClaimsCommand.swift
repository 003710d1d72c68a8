import ArgumentParser
import Records
import Studies

struct StudyClaimsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claims", abstract: "What a study's finished runs say of its claims.",
    discussion: """
      Effects are paired over seeds; their interval is Student's t, or from ten seeds up a BCa bootstrap's; p is \
      Wilcoxon's signed-rank test, corrected by Holm over the study's primary claims. Docs/Studies.md has the \
      rules of the verdicts.
      """)

  private struct Document: Encodable {
    let schema = StudyRecord.currentSchema
    let name: String
    let claims: [ClaimRecord]
  }

  @OptionGroup var place: StudyArguments
  @Flag(help: "Print one JSON document.") var json = false

  func run() throws {
    try Failure.classifying {
      let results = try place.results()
      let claims = results.claims
      if json { return try Output.printJSON(Document(name: results.name, claims: claims)) }
      guard !claims.isEmpty else {
        Terminal.note("\(place.study) makes no claims: add them under 'claims'")
        return
      }
      print(StudyOutput.ledger(claims))
    }
  }
}
