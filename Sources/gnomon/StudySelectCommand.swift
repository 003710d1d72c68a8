import ArgumentParser
import Foundation
import Studies

struct StudySelectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "select", abstract: "Choose checkpoints and settings without labels.",
    discussion: """
      Runs at every measured step, and settings with the mean over their seeds, are ranked by RankMe, LiDAR, α (good \
      near 1), uniformity (good when low) and effective rank. Where there are labels, Kendall's τ says how well \
      each order agrees with the linear probe of h.
      """)

  private struct Document: Encodable {
    let schema = 1
    let name: String
    let selection: Selection
  }

  @OptionGroup var place: StudyArguments
  @Option(help: "The layer whose figures are used.") var layer = "h"
  @Option(help: "How many candidates of each kind to list.") var top = 10
  @Flag(help: "Print one JSON document.") var json = false

  func validate() throws {
    guard top > 0 else { throw ValidationError("--top is \(top): use 1 or more") }
  }

  func run() throws {
    try Failure.classifying {
      let results = try place.results()
      let layers = results.layers
      guard !layers.isEmpty else {
        throw Failure(
          message: "\(place.study) has no finished run to choose from", code: Failure.failed)
      }
      guard layers.contains(layer) else {
        throw Failure.usage(
          "--layer is '\(layer)': the runs have \(layers.joined(separator: ", "))")
      }
      let selection = try results.selection(layer: layer)
      if json {
        return try Output.printJSON(Document(name: results.name, selection: selection))
      }
      show(selection.settings, title: "settings, mean over seeds")
      print("")
      show(selection.checkpoints, title: "checkpoints")
    }
  }

  private func show(_ ranking: Selection.Ranking, title: String) {
    let criteria = ranking.agreements.map(\.criterion)
    let header =
      [title] + criteria.flatMap { ["\(layer).\($0.rawValue)", "place"] } + ["h.linear_top1"]
    let sorted = ranking.candidates.enumerated().sorted { left, right in
      (best(left.element), left.offset) < (best(right.element), right.offset)
    }
    let rows = sorted.prefix(top).map { _, candidate in
      let step = candidate.step.map { " at step \($0)" } ?? ""
      let cells = criteria.flatMap { criterion in
        [
          StudyOutput.number(candidate.figures[criterion.rawValue]),
          candidate.places[criterion.rawValue].map { "\($0)" } ?? "–",
        ]
      }
      return [candidate.name + step] + cells + [StudyOutput.number(candidate.linearTop1)]
    }
    print(TextTable(rows: [header] + rows).text)
    let rest = ranking.candidates.count - rows.count
    if rest > 0 { print("and \(rest) more: --top \(ranking.candidates.count)") }

    let agreements = ranking.agreements.map { agreement in
      [
        agreement.criterion.rawValue, agreement.choice, StudyOutput.number(agreement.linearTop1),
        StudyOutput.number(agreement.bestLinearTop1), StudyOutput.number(agreement.tau),
        StudyOutput.interval(agreement.lower, agreement.upper), "\(agreement.count)",
      ]
    }
    let titles = [
      "chosen by", "choice", "its h.linear_top1", "best", "Kendall τ", "95 % interval", "of",
    ]
    print("\n" + TextTable(rows: [titles] + agreements, leading: 2).text)
  }

  /// The mean place of a candidate: what the list is sorted by.
  private func best(_ candidate: Selection.Candidate) -> Double {
    let places = candidate.places.values
    return places.isEmpty
      ? .infinity : Double(places.reduce(0, +)) / Double(places.count)
  }
}
