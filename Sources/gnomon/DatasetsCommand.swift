import ArgumentParser
import Datasets

struct DatasetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "datasets",
    abstract: "The kinds of data sets that are read: their files, labels and splits.")

  @Flag(help: "Print the table of the documentation.") var markdown = false
  @Flag(help: "Print one JSON document.") var json = false

  func validate() throws {
    guard !(markdown && json) else {
      throw ValidationError("choose one of --markdown and --json")
    }
  }

  func run() throws {
    let kinds = DatasetKind.allCases
    if json { return try Output.printJSON(Document(datasets: kinds.map(Document.Dataset.init))) }
    print(markdown ? DatasetList.markdown(kinds) : DatasetList.text(kinds))
  }

  /// What is printed with `--json`.
  private struct Document: Encodable {
    let schema = 1
    let datasets: [Dataset]

    struct Dataset: Encodable {
      let name: String
      let summary: String
      /// Absent for images that are generated.
      let files: String?
      let labels: String
      let splits: String
      let factors: [String]

      init(_ kind: DatasetKind) {
        name = kind.rawValue
        summary = kind.summary
        files = kind.files
        labels = kind.labels
        splits = kind.splits
        factors = kind.factorNames
      }
    }
  }
}

/// The kinds as text.
private enum DatasetList {
  /// For a terminal.
  static func text(_ kinds: [DatasetKind]) -> String {
    kinds.map { kind in
      """
      \(kind.rawValue): \(kind.summary)
        files   \(kind.files ?? "none")
        labels  \(kind.labels)
        splits  \(kind.splits)
      """.replacing("`", with: "")
    }.joined(separator: "\n")
  }

  /// For the documentation.
  static func markdown(_ kinds: [DatasetKind]) -> String {
    let rows = kinds.map { kind in
      [
        "`\(kind.rawValue)`", kind.summary, kind.files ?? "none", kind.labels, kind.splits,
      ].map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")
    }
    return (["kind | images | files | labels | splits", "--- | --- | --- | --- | ---"] + rows)
      .map { "| \($0) |" }.joined(separator: "\n")
  }
}
