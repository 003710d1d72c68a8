import Foundation
import TestSupport
import Testing
import Torch

/// What a product brings along.
@Suite struct ProductTests {
  /// How a module's symbols begin: `$s`, the length of its name, and the name.
  private func holdsSymbols(of module: String, _ program: Data) -> Bool {
    program.range(of: Data("$s\(module.utf8.count)\(module)".utf8)) != nil
  }

  private func built(_ program: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: Program.path(program)), options: .mappedIfSafe)
  }

  @Test func measuringAFileTakesNeitherTrainingNorTheStore() throws {
    let (measuring, whole) = (try built("measuring-example"), try built("gnomon"))
    for module in ["Geometry", "Measures"] { #expect(holdsSymbols(of: module, measuring)) }
    for module in ["Training", "Runs", "RunStore", "RunDatabase", "GRDB", "Yams", "Mustache"] {
      #expect(holdsSymbols(of: module, whole), "\(module)")
      #expect(!holdsSymbols(of: module, measuring), "\(module)")
    }
    #expect(measuring.range(of: Data("sqlite3_open".utf8)) == nil)
  }

  @Test func everyLibraryHasACatalogueInTheReference() throws {
    let manifest = try String(contentsOfFile: fixture("../../Package.swift"), encoding: .utf8)
    let list = try #require(manifest.firstMatch(of: /let libraries = \[([^\]]*)\]/)).output.1
    let libraries = list.matches(of: /"(\w+)"/).map { String($0.output.1) }
    #expect(libraries.count >= 15)
    for name in libraries {
      let catalogue = fixture("../../Sources/\(name)/\(name).docc/\(name).md")
      #expect(FileManager.default.fileExists(atPath: catalogue), "\(name)")
    }
  }

  @Test func measuringAFileGivesTheFiguresOfTheCommandLine() throws {
    try withTemporaryFolder { folder in
      var random = CounterRandom(seed: 3)
      let rows = Tensor((0..<240).map { _ in Double(random.normal()) }, shape: [40, 6])
      let file = folder.appendingPathComponent("h.npy").path
      try NumPyArray.encode(rows).write(to: URL(fileURLWithPath: file))
      let result = try Program.run([file], of: "measuring-example")
      #expect(result.code == 0, "\(result.error)")
      let pairs = result.output.split(separator: "\n").map { $0.split(separator: " ") }
      let command = try Program.run(["geometry", "--embeddings", file, "--json"]).json()
      let layers = try #require(command["layers"] as? [String: [String: Any]])
      let figures = try #require(layers["h"])
      #expect(pairs.count > 5)
      for pair in pairs {
        let (key, own) = ("\(pair[0])", try #require(Double(pair[1])))
        // The same in float64, but for the order of sums on another number of threads.
        let theirs = try #require(figures[key] as? Double)
        #expect(own.isApproximately(theirs, relative: 1e-10), "\(key)")
      }
    }
  }
}
