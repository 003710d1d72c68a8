import Datasets
import Foundation
import TestSupport
import Testing
import Torch

/// What the README and the other documents show is what runs.
@Suite(.serialized) struct DocumentationTests {
  /// The code blocks of a document in a language.
  private func blocks(_ language: String, of document: String) throws -> [String] {
    try String(contentsOfFile: repositoryFile(document), encoding: .utf8)
      .components(separatedBy: "```\(language)\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }
  }

  private func commands(of document: String) throws -> [[String]] {
    let lines = try blocks("sh", of: document).joined().split(separator: "\n")
    return lines.filter { $0.hasPrefix("gnomon ") }.map { line in
      let words: [String] = line.split(separator: " ").dropFirst().map(String.init)
      // What follows a number sign is for readers.
      return Array(words.prefix { $0 != "#" })
    }
  }

  @Test func theLibraryExampleIsTheProgramThatIsBuiltAndItRuns() throws {
    let source = try String(
      contentsOfFile: repositoryFile("Examples/Library/main.swift"), encoding: .utf8)
    #expect(try blocks("swift", of: "README.md") == [source])
    let result = try Program.run([], of: "library-example")
    #expect(result.code == 0, "\(result.error)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.prefix(8).allSatisfy { $0.hasPrefix("loss ") })
    #expect(
      lines.dropFirst(8).map { $0.prefix { $0 != " " } } == ["h", "head.1", "z"], "\(lines)")
  }

  @Test func theRecipesForContributorsAreWhatTheirTestsAdd() throws {
    let tests = ["MeasuresTests/ToyMeasure", "TrainingTests/ToyObjective", "RunsTests/ToySetting"]
    let recipes = try blocks("swift", of: "CONTRIBUTING.md")
    #expect(recipes.count == tests.count)
    for (recipe, test) in zip(recipes, tests) {
      let source = try String(
        contentsOfFile: repositoryFile("Tests/\(test).swift"), encoding: .utf8)
      #expect(source.contains(recipe), "\(test)")
    }
  }

  @Test func theTableOfTheLinearProblemIsWhatItsProgramPrints() throws {
    let result = try Program.run([], of: "linear-collapse-example")
    #expect(result.code == 0, "\(result.error)")
    #expect(try blocks("text", of: "Docs/Geometry.md").contains(result.output))
  }

  @Test func theTableOfFiguresIsMadeFromTheirDescriptors() throws {
    let document = try String(
      contentsOfFile: repositoryFile("Docs/Measuring.md"), encoding: .utf8)
    let table = try Program.run(["figures", "--markdown"])
    #expect(table.code == 0 && table.output.hasPrefix("| figure |"))
    #expect(
      document.contains("<!-- gnomon figures --markdown -->\n\(table.output)<!-- end -->"),
      "put what gnomon figures --markdown prints into Docs/Measuring.md")
  }

  @Test func theTableOfDataSetsIsMadeFromTheirKinds() throws {
    let document = try String(contentsOfFile: repositoryFile("Docs/Data.md"), encoding: .utf8)
    let table = try Program.run(["datasets", "--markdown"])
    #expect(table.code == 0 && table.output.hasPrefix("| kind |"))
    #expect(
      document.contains("<!-- gnomon datasets --markdown -->\n\(table.output)<!-- end -->"),
      "put what gnomon datasets --markdown prints into Docs/Data.md")
  }

  @Test func theListOfDataSetsHasEveryKind() throws {
    let text = try Program.run(["datasets"]).output
    let json = try Program.run(["datasets", "--json"]).output
    for kind in DatasetKind.allCases {
      #expect(text.contains("\(kind.rawValue): \(kind.summary)"))
      #expect(json.contains("\"\(kind.rawValue)\""))
    }
  }

  @Test func everyCommandOfTheDocumentsRuns() throws {
    let folder = repositoryFile("Docs")
    let documents = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".md") }.sorted().map { "Docs/\($0)" }
    let commands = try (["README.md"] + documents).flatMap(commands)
    #expect(commands.count >= 12)
    try withTemporaryFolder { folder in
      try Photos.make(in: folder.appendingPathComponent("photos"))
      try makeEmbeddings(in: folder)
      try makeSources(in: folder)
      for name in ["Docs", "Examples"] {
        try FileManager.default.createSymbolicLink(
          at: folder.appendingPathComponent(name),
          withDestinationURL: URL(fileURLWithPath: repositoryFile(name)))
      }
      for command in commands {
        let result = try Program.run(shortened(command), in: folder)
        #expect(result.code == 0, "\(command.joined(separator: " ")): \(result.error)")
      }
      #expect(
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("photos.html").path))
    }
  }

  /// What takes minutes is shortened: a study is planned, and the default data set is made small.
  private func shortened(_ command: [String]) -> [String] {
    switch command[0] {
    case "study" where !command.contains("--dry-run"): command + ["--dry-run"]
    case "train" where !command.contains("--config") && !command.contains("--dataset"):
      command + ["--steps", "1", "--train-count", "512", "--held-out-count", "64"]
    default: command
    }
  }

  /// Small ones of what `Tools/fetch-data.sh` fetches.
  private func makeSources(in folder: URL) throws {
    let sources = folder.appendingPathComponent("build/sources")
    for name in ["build/sources/digits", "data"] {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    for (name, fonts) in [("glyphs", "fonts"), ("pictograms", "fonts/pictures")] {
      try FileManager.default.createSymbolicLink(
        at: sources.appendingPathComponent(name),
        withDestinationURL: URL(fileURLWithPath: fixture(fonts)))
    }
    for (name, side) in [("mnist_5k", 28), ("digits", 8)] {
      let lines = (0..<40).map { row in
        let levels = (0..<side * side).map { "\((row * 7 + $0 * 3) % 17)" }
        return (levels + ["\(row % 10)"]).joined(separator: ",") + "\n"
      }
      let table = sources.appendingPathComponent("digits/\(name).csv")
      try Data(lines.joined().utf8).write(to: table)
      #expect(try Program.shell("gzip '\(table.path)'") == 0)
    }
  }

  private func makeEmbeddings(in folder: URL) throws {
    var random = CounterRandom(seed: 1)
    for name in ["h", "z", "hv", "zv"] {
      let rows = Tensor((0..<640).map { _ in Double(random.normal()) }, shape: [40, 16])
      try NumPyArray.encode(rows).write(to: folder.appendingPathComponent("\(name).npy"))
    }
    let labels = Tensor((0..<40).map { $0 % 4 })
    try NumPyArray.encode(labels).write(to: folder.appendingPathComponent("y.npy"))
  }

  @Test func everyCommandIsInTheHelp() throws {
    let overview = try Program.run(["--help"]).output.split(separator: "\n")
    for command in [
      "train", "preview", "geometry", "probe", "figures", "settings", "datasets", "data", "report",
      "export", "metrics", "study", "store", "serve",
    ] {
      #expect(overview.contains { $0.hasPrefix("  \(command) ") }, "\(command)")
    }
  }
}

func repositoryFile(_ name: String) -> String { fixture("../../\(name)") }
