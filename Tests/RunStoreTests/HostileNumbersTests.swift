import Foundation
import Records
import RunStore
import TestSupport
import Testing

/// Numbers in a run's files that count nothing.
@Suite struct HostileNumbersTests {
  static let numbers = ["1e300", "-1", "9007199254740993", "9223372036854775808", "0.5", "null"]

  private func expectDamage(
    _ text: String, of file: KeyPath<RunFolder, URL>, key: String,
    _ read: (RunFolder) throws -> Void
  ) throws {
    try withTemporaryFolder { url in
      let folder = RunFolder(path: url.path)
      try Data(text.utf8).write(to: folder[keyPath: file])
      let error = #expect(throws: RunStoreError.self, "\(text)") { try read(folder) }
      let message = error?.description ?? ""
      #expect(message.contains(folder[keyPath: file].path), "\(message)")
      #expect(message.contains("\"\(key)\"") && !message.contains("\n"), "\(message)")
    }
  }

  @Test(arguments: numbers)
  func aStepThatIsNoCountIsDamageOfItsLine(_ number: String) throws {
    let metrics = #"{"step": 1, "epoch": 1}"# + "\n{\"step\": \(number), \"epoch\": 1}\n"
    try expectDamage(metrics, of: \.metrics, key: "step") { folder in
      do { _ = try folder.readMetrics() } catch let error as RunStoreError {
        guard case .damaged(_, let line, _) = error else { throw error }
        #expect(line == 2)
        throw error
      }
    }
    let geometry =
      "{\"step\": \(number), \"epoch\": 1, \"layer\": \"h\", \"n\": 2, \"dimension\": 2}\n"
    try expectDamage(geometry, of: \.geometry, key: "step") { _ = try $0.readGeometry() }
  }

  @Test(arguments: numbers)
  func aSizeThatIsNoCountIsDamage(_ number: String) throws {
    for key in ["n", "dimension"] {
      let layer = "\"n\": 2, \"dimension\": 2".replacing(
        "\"\(key)\": 2", with: "\"\(key)\": \(number)")
      let geometry = "{\"step\": 1, \"epoch\": 1, \"layer\": \"h\", \(layer)}\n"
      try expectDamage(geometry, of: \.geometry, key: key) { _ = try $0.readGeometry() }
      let summary = """
        {"schema": 1, "name": "x", "epochs": 1, "steps": 2, "layers": {"h": {\(layer)}}}
        """
      try expectDamage(summary, of: \.summary, key: "layers.h.\(key)") {
        _ = try $0.readSummary()
      }
    }
  }

  @Test(arguments: numbers)
  func aSummarysStepsMustBeACount(_ number: String) throws {
    let summary = "{\"schema\": 1, \"name\": \"x\", \"epochs\": 1, \"steps\": \(number)}"
    try expectDamage(summary, of: \.summary, key: "steps") { _ = try $0.readSummary() }
  }

  @Test func whyItIsNoCountIsSaid() throws {
    try withTemporaryFolder { url in
      let folder = RunFolder(path: url.path)
      try Data(#"{"schema": 1, "name": "x", "epochs": 1, "steps": -3}"#.utf8).write(
        to: folder.summary)
      #expect(
        throws: RunStoreError.damaged(
          path: folder.summary.path, line: nil,
          reason: "\"steps\" is -3, not a count from 0 to 2⁵³")
      ) { try folder.readSummary() }
    }
  }

  @Test(arguments: [4, 30])
  func aConfigurationOfAFewLinesThatStandForManyIsDamage(_ depth: Int) throws {
    let lines = (1...depth).map {
      "a\($0): &a\($0) [\($0 == 1 ? "x, x" : "*a\($0 - 1), *a\($0 - 1)")]"
    }
    try withTemporaryFolder { url in
      let folder = RunFolder(path: url.path)
      try Data((lines + ["? *a\(depth)", ": 1"]).joined(separator: "\n").utf8).write(
        to: folder.config)
      #expect(throws: RunStoreError.self) { try folder.readConfiguration() }
    }
  }

  @Test(arguments: ["88888888888880:4:4:0:4", "-1:30", "1:30.5"])
  func numbersInBaseSixtyAreText(_ text: String) throws {
    try withTemporaryFolder { url in
      let folder = RunFolder(path: url.path)
      try Data("seed: \(text)\nsizes: [\(text)]\n".utf8).write(to: folder.config)
      let found = try folder.readConfiguration()
      #expect(found["seed"] == .string(text) && found["sizes"] == .array([.string(text)]))
    }
  }

  @Test func seedsKeepTheirLastDigitInAConfiguration() throws {
    for seed in [9_007_199_254_740_993, Int.max, Int.max - 1] {
      try withTemporaryFolder { url in
        let folder = RunFolder(path: url.path)
        try Data("seed: \(seed)\n".utf8).write(to: folder.config)
        #expect(try folder.readConfiguration()["seed"] == .integer(seed))
      }
    }
  }
}
