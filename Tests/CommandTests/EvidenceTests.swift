import Foundation
import Records
import TestSupport
import Testing

/// The figures of the documents are those of `Docs/Evidence`, and these of the studies as they stand in `Examples`.
@Suite struct EvidenceTests {
  private struct Evidence: Decodable {
    let study: String
    let file: String
    let texts: [String: String]
  }

  private func evidence() throws -> [String: Evidence] {
    let folder = URL(fileURLWithPath: repositoryFile("Docs/Evidence"))
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "json" }
    var found: [String: Evidence] = [:]
    for file in files {
      let one = try JSONDecoder().decode(Evidence.self, from: Data(contentsOf: file))
      #expect(one.study == file.deletingPathExtension().lastPathComponent)
      found[one.study] = one
    }
    return found
  }

  /// A study file without what is for readers alone.
  private func meaning(_ text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).map(String.init).filter { !$0.hasPrefix("#") }
  }

  @Test func theCommandsOfReproductionsAreOnesThatGnomonTakes() throws {
    let document = try String(
      contentsOfFile: repositoryFile("Docs/Reproductions.md"), encoding: .utf8)
    let commands = document.matches(of: /`gnomon (train [^`]*)`/).map { String($0.1) }
    #expect(commands.count >= 4)
    try withTemporaryFolder { folder in
      for command in commands {
        var arguments = command.split(separator: " ").map(String.init)
        if let place = arguments.firstIndex(of: "--data") { arguments[place + 1] = "nowhere" }
        if let place = arguments.firstIndex(of: "--device") { arguments[place + 1] = "cpu" }
        let result = try Program.run(arguments, in: folder)
        // Whatever is wrong with options is said before data are looked for.
        #expect(result.error.contains("nowhere: no such folder"), "\(command): \(result.error)")
      }
    }
  }

  @Test func noStudyHasChangedSinceItsFiguresWereMade() throws {
    for (name, evidence) in try evidence() {
      let now = try String(
        contentsOfFile: repositoryFile("Examples/\(name).yaml"), encoding: .utf8)
      #expect(
        meaning(now) == meaning(evidence.file),
        "Examples/\(name).yaml has changed: make its figures again by make evidence STUDIES=\(name)"
      )
    }
  }

  @Test func theDocumentsHaveTheFiguresOfTheEvidence() throws {
    let evidence = try evidence()
    let folder = URL(fileURLWithPath: repositoryFile("Docs"))
    let documents = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "md" }
    let block = /<!-- evidence: (\S+) (\w+) -->\n([\s\S]*?)\n<!-- end -->/
    var shown: Set<String> = []
    for document in documents {
      let text = try String(contentsOf: document, encoding: .utf8)
      for match in text.matches(of: block) {
        let (name, kind) = (String(match.1), String(match.2))
        let expected = try #require(
          evidence[name]?.texts[kind], "\(document.lastPathComponent): \(name) \(kind)")
        let content = kind == "made" ? expected : "```text\n\(expected)\n```"
        #expect(
          String(match.3) == content,
          "\(document.lastPathComponent): \(name) \(kind): Tools/evidence.py --only-write \(name)")
        shown.insert(name)
      }
    }
    #expect(shown == Set(evidence.keys))
  }
}
