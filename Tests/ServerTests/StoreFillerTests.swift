import Foundation
import Records
import RunDatabase
import RunStore
import TestSupport
import Testing

@testable import Server

/// Finished runs are put into the store beside them, and a store in trouble is no trouble for pages.
@Suite struct StoreFillerTests {
  private func keys(_ store: URL, of study: String? = nil) throws -> [String] {
    let database = try RunDatabase.open(path: store.path)
    let keys = try database.runs(of: study).filter(\.hasSummary).map(\.key).sorted()
    try database.close()
    return keys
  }

  private func filled(_ server: LiveServer, _ filler: StoreFiller) async throws {
    // Runs that are finished are not looked at each time.
    for _ in 0..<6 { server.look() }
    filler.consider(server.pages.index.snapshot)
    try await wait { filler.isDone }
  }

  private func withFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }

  @Test func whatIsFinishedIsPutInAndWhatIsNotStaysOut() async throws {
    try await withFolder { folder in
      let study = folder.appendingPathComponent("study")
      try Sample.run(study.appendingPathComponent("runs/x"), isFinished: true)
      let record = StudyRecord(
        name: "S", question: "?", axes: [],
        runs: [.init(key: "x", settings: [:], status: .finished)], claims: [])
      try JSONEncoder().encode(record).write(to: study.appendingPathComponent("study.json"))
      try Sample.run(folder.appendingPathComponent("done"), isFinished: true)
      try Sample.run(folder.appendingPathComponent("going"))
      let filler = StoreFiller()
      let server = try Sample.server(folder)
      try await filled(server, filler)
      #expect(filler.problems == [])
      #expect(try keys(folder.appendingPathComponent("store.sqlite")) == ["done"])
      #expect(try keys(study.appendingPathComponent("store.sqlite"), of: "S") == ["x"])
      // A run that is measured once more is put in once more.
      let run = RunFolder(path: folder.appendingPathComponent("done").path)
      var summary = try #require(try run.readSummary())
      summary.finalLoss = 7
      try run.write(summary)
      try await filled(server, filler)
      let database = try RunDatabase.open(path: folder.appendingPathComponent("store.sqlite").path)
      #expect(try database.runs().first?.finalLoss == 7)
      try database.close()
    }
  }

  @Test func aStoreThatIsNoneIsSaidToBeLeftAndTriedAgain() async throws {
    try await withFolder { folder in
      try Sample.run(folder.appendingPathComponent("done"), isFinished: true)
      let path = folder.appendingPathComponent("store.sqlite")
      try Data(repeating: 7, count: 9_000).write(to: path)
      let filler = StoreFiller(patience: .milliseconds(10))
      let server = try Sample.server(folder)
      try await filled(server, filler)
      #expect(filler.problems.count == 1 && filler.problems[0].contains("store.sqlite"))
      #expect(try Data(contentsOf: path) == Data(repeating: 7, count: 9_000))
      try FileManager.default.removeItem(at: path)
      try await Task.sleep(for: .milliseconds(20))
      try await filled(server, filler)
      #expect(filler.problems == [])
      #expect(try keys(path) == ["done"])
    }
  }

  @Test func aRunWhoseFilesAreDamagedKeepsNoOtherOut() async throws {
    try await withFolder { folder in
      let bad = try Sample.run(folder.appendingPathComponent("bad"), isFinished: true)
      try Data("nonsense\n{}\n".utf8).write(to: bad.metrics)
      try Sample.run(folder.appendingPathComponent("good"), isFinished: true)
      let filler = StoreFiller()
      let server = try Sample.server(folder)
      try await filled(server, filler)
      #expect(filler.problems == [])
      #expect(try keys(folder.appendingPathComponent("store.sqlite")) == ["good"])
    }
  }
}
