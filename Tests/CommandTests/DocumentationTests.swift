import Foundation
import TestSupport
import Testing
import Torch

/// What the README shows is what runs.
@Suite(.serialized) struct DocumentationTests {
  private let readme: String

  init() throws {
    readme = try String(contentsOfFile: repositoryFile("README.md"), encoding: .utf8)
  }

  /// The lines of the README's code blocks in a language.
  private func blocks(_ language: String) -> [String] {
    readme.components(separatedBy: "```\(language)\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }
  }

  @Test func theLibraryExampleIsTheProgramThatIsBuiltAndItRuns() throws {
    let source = try String(
      contentsOfFile: repositoryFile("Examples/Library/main.swift"), encoding: .utf8)
    #expect(blocks("swift") == [source])
    let result = try Program.run([], of: "library-example")
    #expect(result.code == 0, "\(result.error)")
    #expect(result.output.split(separator: "\n").count == 8)
  }

  @Test func everyCommandOfTheREADMERunsAsItStands() throws {
    try withTemporaryFolder { folder in
      try Photos.make(in: folder.appendingPathComponent("photos"))
      var random = CounterRandom(seed: 1)
      for name in ["h.npy", "z.npy"] {
        let rows = Tensor((0..<640).map { _ in Double(random.normal()) }, shape: [40, 16])
        try NumPyArray.encode(rows).write(to: folder.appendingPathComponent(name))
      }
      let commands = blocks("sh").joined().split(separator: "\n").filter { $0.hasPrefix("gnomon ") }
      #expect(commands.count >= 5)
      for command in commands {
        let words = command.split(separator: " ").dropFirst().map(String.init)
        let result = try Program.run(words, in: folder)
        #expect(result.code == 0, "\(command): \(result.error)")
      }
      #expect(
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("photos.html").path))
    }
  }

  @Test func everySettingAndCommandIsInTheHelp() throws {
    let help = try Program.run(["train", "--help"]).output
    for option in ["--config", "--strength", "--head", "--resume", "--output", "--json"] {
      #expect(help.contains(option))
    }
    let overview = try Program.run(["--help"]).output
    for command in ["train", "geometry", "probe", "report"] { #expect(overview.contains(command)) }
  }
}

private func repositoryFile(_ name: String) -> String { fixture("../../\(name)") }
