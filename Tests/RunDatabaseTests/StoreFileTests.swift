import Foundation
import Records
import RunDatabase
import RunStore
import TestSupport
import Testing

/// The store as a file: newer, damaged, foreign, shared, made again.
@Suite struct StoreFileTests {
  private func withStore(_ body: (URL, String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try body(folder, RunCollection.store(in: folder).path)
    }
  }

  private func shell(_ command: String) throws -> (code: Int32, output: String) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  /// Runs SQL through Python's own SQLite, as somebody else's program would.
  func sqlite(_ path: String, _ sql: String) throws -> String {
    let script =
      "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); r=c.execute(sys.argv[2]).fetchall();"
      + " c.commit(); print(r)"
    let result = try shell("python3 -c '\(script)' '\(path)' \"\(sql)\"")
    #expect(result.code == 0)
    return result.output
  }

  private func names(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  private func write(_ seeds: Range<Int>, to folder: URL) throws {
    for seed in seeds {
      let place = folder.appendingPathComponent("runs/run-\(seed)").path
      try Samples.write(
        Samples.content(seed, isFinished: seed != 3), to: RunFolder(path: place))
    }
    try JSONEncoder().encode(Samples.study(seeds, status: .finished)).write(
      to: RunCollection.record(in: folder))
  }

  @Test func aNewStoreIsOneFileThatOthersCanRead() throws {
    try withStore { folder, path in
      let store = try RunDatabase.open(path: path)
      try store.write(Samples.content(1), key: "a")
      try store.record(Samples.study(0..<1, status: .pending))
      try store.close()
      #expect(try names(in: folder) == ["store.sqlite"])
      let claims =
        "SELECT c.id, c.verdict, c.upper, count(*), sum(p.seed), c.corrected_p, c.note FROM claims c "
        + "JOIN claim_points p ON p.study_id = c.study_id AND p.claim_id = c.id"
      #expect(
        try sqlite(path, claims)
          == "[('rank', 'too few seeds', 0.3, 2, 0, None, 'seed 2 is left out')]\n")
      let settings = "SELECT key, value, type FROM settings ORDER BY key"
      #expect(
        try sqlite(path, settings)
          == "[('head', '1', 'text'), ('seed', 0, 'integer'), ('strength', 0.1, 'real'), "
          + "('strict', 1, 'bool')]\n")
      let query =
        "SELECT r.key, f.value FROM runs r JOIN layer_figures f ON f.run_id = r.id "
        + "AND f.step = r.steps WHERE f.layer = 'z' AND f.key = 'invariance_at.0.5'"
      #expect(try sqlite(path, query) == "[('a', 0.4)]\n")
      #expect(try sqlite(path, "PRAGMA integrity_check") == "[('ok',)]\n")
      #expect(try sqlite(path, "PRAGMA journal_mode") == "[('wal',)]\n")
    }
  }

  @Test func aStoreOfANewerVersionIsRefusedAndLeftAlone() throws {
    try withStore { folder, path in
      try RunDatabase.open(path: path).close()
      _ = try sqlite(path, "INSERT INTO grdb_migrations VALUES ('99: what is to come')")
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      try write(0..<1, to: folder)
      let error = #expect(throws: RunStoreError.self) { try RunDatabase.open(path: path) }
      #expect(error == .newerStore(path: path))
      #expect(error?.description.contains("newer") == true)
      #expect(throws: RunStoreError.newerStore(path: path)) {
        try RunDatabase.rebuild(at: path, from: RunCollection(path: folder.path))
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }
  }

  @Test func somethingElseIsNeverTakenForAStore() throws {
    try withStore { folder, path in
      _ = try sqlite(path, "CREATE TABLE recipes (name)")
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(throws: RunStoreError.notAStore(path: path)) { try RunDatabase.open(path: path) }
      #expect(throws: RunStoreError.notAStore(path: path)) {
        try RunDatabase.rebuild(at: path, from: RunCollection(path: folder.path))
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
      #expect(throws: RunStoreError.notAStore(path: folder.path)) {
        try RunDatabase.open(path: folder.path)
      }
      let lost = folder.appendingPathComponent("missing/store.sqlite").path
      let error = #expect(throws: RunStoreError.self) { try RunDatabase.open(path: lost) }
      #expect(error?.description.contains(lost) == true)
    }
  }

  @Test func aDamagedStoreIsNamedAndMadeAgain() throws {
    try withStore { folder, path in
      try write(0..<2, to: folder)
      let store = try RunDatabase.open(path: path)
      for seed in 0..<40 { try store.write(Samples.content(seed), key: "run-\(seed)") }
      try store.close()
      let url = URL(fileURLWithPath: path)
      let whole = try Data(contentsOf: url)
      // A broken header, half a file, pages of noise.
      var noisy = whole
      noisy.replaceSubrange(
        4096..<whole.count, with: Data(repeating: 0x5A, count: whole.count - 4096))
      let damages = [Data(repeating: 7, count: 9000), whole.prefix(whole.count / 2 + 100), noisy]
      for damage in damages {
        try damage.write(to: url)
        let error = #expect(throws: RunStoreError.self) {
          let store = try RunDatabase.open(path: path)
          defer { try? store.close() }
          for run in try store.runs() { _ = try store.content(key: run.key) }
          let problems = try store.check(against: RunCollection(path: folder.path))
          if !problems.isEmpty {
            throw RunStoreError.damagedStore(path: path, reason: problems[0])
          }
        }
        guard case .damagedStore = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
        #expect(error?.description.hasPrefix("\(path) is damaged: ") == true)
        try RunDatabase.rebuild(at: path, from: RunCollection(path: folder.path))
        let again = try RunDatabase.open(path: path)
        #expect(try again.check(against: RunCollection(path: folder.path)) == [])
        try again.close()
      }
    }
  }

  @Test func aRebuiltStoreEqualsTheOneThatGrew() throws {
    try withStore { folder, path in
      let store = try RunDatabase.open(path: path)
      try store.record(Samples.study(0..<5, status: .pending))
      // Runs grow, are read more than once, and out of order.
      for seed in [4, 1, 0, 3, 2] {
        let early = Samples.content(seed, points: 2, isFinished: false)
        try store.write(early, key: "run-\(seed)", study: "strength")
      }
      try write(0..<5, to: folder)
      let collection = try RunCollection(path: folder.path)
      #expect(collection.runs.map(\.key) == (0..<5).map { "run-\($0)" })
      for run in collection.runs.reversed() {
        try store.importRun(run.folder, key: run.key, study: "strength")
      }
      try store.record(#require(collection.study))
      #expect(try store.check(against: collection) == [])
      let grown = try everything(in: store)
      try store.close()

      var reports: [Int] = []
      try RunDatabase.rebuild(at: path, from: collection) { done, _ in reports.append(done) }
      #expect(reports == [1, 2, 3, 4, 5])
      let rebuilt = try RunDatabase.open(path: path)
      #expect(try everything(in: rebuilt) == grown)
      #expect(try rebuilt.check(against: collection) == [])
      try rebuilt.close()
      #expect(try names(in: folder) == ["runs", "store.sqlite", "study.json"])
    }
  }

  @Test func aFoldersStoreIsMadeCaughtUpAndMendedOnOpening() throws {
    try withStore { folder, path in
      try write(0..<5, to: folder)
      let collection = try RunCollection(path: folder.path)
      var warnings: [String] = []
      func keys() throws -> [String] {
        let store = try RunDatabase.open(for: collection) { warnings.append($0) }
        defer { try? store.close() }
        return try store.runs(of: "strength").filter(\.hasSummary).map(\.key)
      }
      // Run 3 is not finished.
      let finished = ["run-0", "run-1", "run-2", "run-4"]
      #expect(try keys() == finished)
      let store = try RunDatabase.open(path: path)
      try store.remove(key: "run-1", study: "strength")
      try store.close()
      #expect(try keys() == finished)
      #expect(warnings.isEmpty)
      try Data(repeating: 7, count: 9000).write(to: URL(fileURLWithPath: path))
      #expect(try keys() == finished)
      #expect(warnings.count == 1 && warnings[0].contains(path))

      // A run whose files are damaged does not keep the others out.
      let again = try RunDatabase.open(path: path)
      for seed in [2, 4] { try again.remove(key: "run-\(seed)", study: "strength") }
      try again.close()
      try Data("nonsense\n{}\n".utf8).write(
        to: folder.appendingPathComponent("runs/run-2/metrics.jsonl"))
      #expect(try keys() == ["run-0", "run-1", "run-4"])
      #expect(warnings.count == 2 && warnings[1].contains("run-2/metrics.jsonl, line 1"))
    }
  }

  private struct Everything: Equatable {
    var runs: [StoredRun]
    var contents: [RunContent?]
    var studies: [StudyRecord?]
  }

  private func everything(in store: RunDatabase) throws -> Everything {
    let runs = try store.runs()
    return Everything(
      runs: runs.map { run in
        var run = run
        run.id = 0
        return run
      },
      contents: try runs.map { try store.content(key: $0.key, study: $0.study) },
      studies: try store.studies().map { try store.study(named: $0) })
  }

  @Test func aStoreThatIsOpenIsNotReplaced() throws {
    try withStore { folder, path in
      try write(0..<1, to: folder)
      let store = try RunDatabase.open(path: path)
      try store.write(Samples.content(8), key: "h")
      let collection = try RunCollection(path: folder.path)
      #expect(throws: RunStoreError.inUse(path: path, process: nil)) {
        try RunDatabase.rebuild(at: path, from: collection)
      }
      #expect(try store.content(key: "h") == Samples.content(8))
      try store.close()
      #expect(try names(in: folder) == ["runs", "store.sqlite", "study.json"])
    }
  }

  @Test func aRebuildThatFailsLeavesTheOldStore() throws {
    try withStore { folder, path in
      try write(0..<2, to: folder)
      let store = try RunDatabase.open(path: path)
      try store.write(Samples.content(8), key: "h")
      try store.close()
      try Data("nonsense\n{}\n".utf8).write(
        to: folder.appendingPathComponent("runs/run-1/metrics.jsonl"))
      let error = #expect(throws: RunStoreError.self) {
        try RunDatabase.rebuild(at: path, from: RunCollection(path: folder.path))
      }
      #expect(error?.description.contains("run-1/metrics.jsonl, line 1") == true)
      let old = try RunDatabase.open(path: path)
      #expect(try old.content(key: "h") == Samples.content(8))
      try old.close()
      #expect(try names(in: folder) == ["runs", "store.sqlite", "study.json"])
    }
  }

  @Test func theCheckNamesWhatDoesNotAgree() throws {
    try withStore { folder, path in
      try write(0..<5, to: folder)
      try RunDatabase.rebuild(at: path, from: RunCollection(path: folder.path))
      let store = try RunDatabase.open(path: path)
      defer { try? store.close() }
      try store.remove(key: "run-0", study: "strength")
      try store.remove(key: "run-3", study: "strength")  // unfinished: may be missing
      try store.write(Samples.content(1, points: 4), key: "run-1", study: "strength")
      var other = Samples.content(2)
      other.wallSeconds = 1
      try store.write(other, key: "run-2", study: "strength")
      try store.write(Samples.content(7), key: "run-7", study: "strength")
      let problems = try store.check(against: RunCollection(path: folder.path))
      #expect(problems.count == 6, "\(problems)")
      #expect(problems.contains { $0.contains("run-0 is finished and not in the store") })
      #expect(problems.contains { $0.contains("run-1 ") && $0.contains("4 of 5 steps") })
      #expect(problems.contains { $0.contains("run-2 ") && $0.contains("summary") })
      #expect(problems.contains { $0.contains("run-7 has no folder") })
      #expect(problems.contains { $0.contains("run-0 is not what study.json says") })
      #expect(problems.contains { $0.contains("run-3 is not what study.json says") })
      try store.record(Samples.study(0..<4, status: .finished))
      let others = try store.check(against: RunCollection(path: folder.path))
      #expect(others.contains("the study is not what study.json says"))
    }
  }

  @Test func manyWritersLoseNothing() throws {
    try withStore { folder, path in
      // Each opens the store for itself, at once, as processes do.
      let (writers, each) = (6, 10)
      let errors = Failures()
      DispatchQueue.concurrentPerform(iterations: writers) { writer in
        do {
          let store = try RunDatabase.open(path: path)
          for index in 0..<each {
            let seed = writer * each + index
            try store.write(
              Samples.content(seed, points: 20), key: "run-\(seed)", study: "strength")
            try store.record(Samples.study(seed..<seed + 1, status: .finished))
            try store.write(Samples.content(seed, points: 30), key: "shared")
          }
          try store.close()
        } catch {
          errors.add("\(error)")
        }
      }
      #expect(errors.all.isEmpty, "\(errors.all)")
      let store = try RunDatabase.open(path: path)
      for seed in 0..<writers * each {
        #expect(
          try store.content(key: "run-\(seed)", study: "strength")
            == Samples.content(seed, points: 20))
      }
      #expect(try store.runs().count == writers * each + 1)
      let shared = try #require(try store.content(key: "shared"))
      #expect(shared.metrics.count == 30)
      try store.close()
      let counts = "SELECT count(*), count(DISTINCT run_id) FROM metrics"
      #expect(try sqlite(path, counts) == "[(\(60 * 20 + 30), 61)]\n")
      #expect(try sqlite(path, "PRAGMA integrity_check") == "[('ok',)]\n")
    }
  }
}

private final class Failures: @unchecked Sendable {
  private let lock = NSLock()
  private var texts: [String] = []

  func add(_ text: String) { lock.withLock { texts.append(text) } }
  var all: [String] { lock.withLock { texts } }
}
