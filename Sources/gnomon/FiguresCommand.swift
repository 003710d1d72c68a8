import ArgumentParser
import Foundation
import Measures
import Records

struct FiguresCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "figures",
    abstract: "The figures that there are: what each is, where it is measured, where it comes from."
  )

  @Argument(help: "Beginnings of keys, or nothing for all figures.") var keys: [String] = []
  @Flag(help: "Print the table of the documentation.") var markdown = false
  @Flag(help: "Print one JSON document.") var json = false

  func validate() throws {
    guard !(markdown && json) else {
      throw ValidationError("choose one of --markdown and --json")
    }
  }

  func run() throws {
    try Failure.classifying {
      let all = FigureCatalogue.standard.descriptors
      let chosen = all.filter { figure in
        keys.isEmpty || keys.contains { figure.key.hasPrefix($0) }
      }
      guard !chosen.isEmpty else {
        throw Failure.usage("no figure begins with \(keys.joined(separator: " or "))")
      }
      if json { return try Output.printJSON(Document(figures: chosen.map(Document.Figure.init))) }
      print(markdown ? FigureList.markdown(chosen) : FigureList.text(chosen))
    }
  }

  /// What is printed with `--json`.
  private struct Document: Encodable {
    let schema = 1
    let figures: [Figure]

    struct Figure: Encodable {
      let key: String
      let name: String
      let group: String
      let layers: String
      let members: String?
      let meaning: String
      let source: String?

      init(_ figure: FigureDescriptor) {
        key = figure.key
        name = figure.name
        group = figure.group.rawValue
        layers = figure.place.text
        members = figure.membersText
        meaning = figure.meaning
        source = figure.source
      }
    }
  }
}

/// The catalogue as text.
private enum FigureList {
  /// For a terminal: groups, and under each key its meaning.
  static func text(_ figures: [FigureDescriptor]) -> String {
    groups(of: figures).map { group, figures in
      ([group.rawValue]
        + figures.map { figure in
          let members = figure.membersText.map { "\n      .\($0)" } ?? ""
          let place = figure.place == .everyLayer ? "" : " [\(figure.place.text)]"
          return "  \(figure.key)\(place)\(members)\n      \(figure.definition)"
        }).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  /// For the documentation.
  static func markdown(_ figures: [FigureDescriptor]) -> String {
    var lines = ["| figure | at | what it is | source |", "| --- | --- | --- | --- |"]
    for figure in groups(of: figures).flatMap(\.figures) {
      let alone = figure.standsAlone ? ["`\(figure.key)`"] : []
      let keys = alone + (figure.membersText.map { ["`\(figure.key).\($0)`"] } ?? [])
      let cells = [
        keys.joined(separator: ", "), figure.place.text, figure.meaning, figure.source ?? "",
      ]
      lines.append(
        "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |")
    }
    return lines.joined(separator: "\n")
  }

  private static func groups(
    of figures: [FigureDescriptor]
  ) -> [(group: FigureGroup, figures: [FigureDescriptor])] {
    FigureGroup.allCases.compactMap { group in
      let own = figures.filter { $0.group == group }
      return own.isEmpty ? nil : (group, own)
    }
  }
}

extension FigureDescriptor {
  /// What may follow the key and a dot, in capitals for what is chosen.
  fileprivate var membersText: String? {
    let texts = members.flatMap { members -> [String] in
      switch members.kind {
      case .names(let names) where names.count <= 3: names
      case .names(let names): names.prefix(2) + ["…"]
      case .ranks: ["rR"]
      case .layers: ["LAYER"]
      case .principalComponents: ["pcaN"]
      }
    }
    if texts.count == 1 { return texts[0] }
    return texts.isEmpty ? nil : "{\(texts.joined(separator: ", "))}"
  }
}
