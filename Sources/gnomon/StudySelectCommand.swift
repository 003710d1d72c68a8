import ArgumentParser
import Foundation
import Studies

struct StudySelectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "select", abstract: "Choose checkpoints and settings without labels.",
    discussion: """
      Runs at every measured step, and settings with the mean over their seeds, are ranked within their data set by \
      RankMe, LiDAR, effective, stable and participation rank (good when high), α (good near 1), uniformity, alignment \
      and invariance (good when low). Where there are labels, Kendall's τ says how well each order agrees with the \
      linear probe of h, and the gain what the choice is worth against one at random.
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

    let titles = [
      "chosen by", "Kendall τ", "95 % interval", "gain over chance", "95 % interval", "of",
    ]
    let agreements = ranking.agreements.map { agreement in
      [
        agreement.criterion.rawValue, StudyOutput.number(agreement.tau?.value),
        StudyOutput.interval(agreement.tau?.lower, agreement.tau?.upper),
        StudyOutput.number(agreement.gain?.value),
        StudyOutput.interval(agreement.gain?.lower, agreement.gain?.upper), "\(agreement.count)",
      ]
    }
    print("\n" + TextTable(rows: [titles] + agreements).text)
    let choices = ranking.agreements.flatMap { agreement in
      agreement.choices.map { choice in
        [
          agreement.criterion.rawValue, choice.name, StudyOutput.number(choice.linearTop1),
          StudyOutput.number(choice.meanLinearTop1), StudyOutput.number(choice.bestLinearTop1),
        ]
      }
    }
    let headings = ["chosen by", "choice", "its h.linear_top1", "at random", "best"]
    print("\n" + TextTable(rows: [headings] + choices, leading: 2).text)
  }

  /// The mean place of a candidate: what the list is sorted by.
  private func best(_ candidate: Selection.Candidate) -> Double {
    let places = candidate.places.values
    return places.isEmpty
      ? .infinity : Double(places.reduce(0, +)) / Double(places.count)
  }
}
