import Foundation
import Records
import RunStore
import TestSupport
import Testing

@testable import Server

/// Which runs and studies are found, and what is said of them.
@Suite struct DiscoveryTests {
  @Test func runsAreFoundBelowFoldersAndFollowedAsTheyComeAndGo() throws {
    try withTemporaryFolder { folder in
      try Sample.run(folder.appendingPathComponent("a/one"))
      let server = try Sample.server(folder)
      #expect(server.runs.map(\.name) == ["one"])
      try Sample.run(folder.appendingPathComponent("b/two"))
      server.look()
      #expect(server.runs.map(\.name).sorted() == ["one", "two"])
      try FileManager.default.removeItem(at: folder.appendingPathComponent("a"))
      server.look()
      #expect(server.runs.map(\.name) == ["two"])
    }
  }

  @Test func whatARunLogsIsSeenAtTheNextLook() throws {
    try withTemporaryFolder { folder in
      let run = try Sample.run(folder.appendingPathComponent("one"), steps: 20)
      let server = try Sample.server(folder)
      #expect(try Sample.onlyRun(server).step == 20)
      let version = try Sample.onlyRun(server).version
      server.look()
      #expect(try Sample.onlyRun(server).version == version)
      try Sample.log(run, 21...30)
      server.look()
      #expect(try Sample.onlyRun(server).step == 30)
      #expect(try Sample.onlyRun(server).version == version + 1)
    }
  }

  @Test func linksAreNotFollowed() throws {
    try withTemporaryFolder { folder in
      let inside = folder.appendingPathComponent("inside")
      try Sample.run(folder.appendingPathComponent("outside/secret"))
      try Sample.run(inside.appendingPathComponent("one"))
      try FileManager.default.createSymbolicLink(
        at: inside.appendingPathComponent("link"),
        withDestinationURL: folder.appendingPathComponent("outside"))
      #expect(try Sample.server(inside).runs.map(\.name) == ["one"])
    }
  }

  @Test func aRunIsRunningWhileItsLockIsHeldAndTheLookDoesNotTakeIt() throws {
    try withTemporaryFolder { folder in
      let run = try Sample.run(folder.appendingPathComponent("one"), hasCheckpoint: true)
      var lock: FileLock? = try run.lock()
      let server = try Sample.server(folder)
      #expect(try Sample.onlyRun(server).state == .running)
      #expect(throws: RunStoreError.self) { try run.lock() }
      withExtendedLifetime(lock) {}
      lock = nil
      server.look()
      #expect(try Sample.onlyRun(server).state == .interrupted)
      lock = try run.lock()
    }
  }

  @Test func statesFollowFromWhatIsThere() {
    let now = Date()
    func state(_ change: (inout RunState.Evidence) -> Void) -> RunState {
      var evidence = RunState.Evidence()
      change(&evidence)
      return RunState(evidence, now: now)
    }
    #expect(state { _ in } == .waiting)
    #expect(state { $0.isLocked = true } == .running)
    #expect(state { $0.hasSummary = true } == .finished)
    #expect(
      state {
        $0.isLocked = true
        $0.hasSummary = true
      } == .finished, "a finished run that is measured again stays finished")
    #expect(
      state {
        $0.isLocked = true
        $0.hasSummary = true
        $0.goesOnAfterSummary = true
      } == .running)
    #expect(state { $0.lastLine = now.addingTimeInterval(-10) } == .interrupted)
    #expect(state { $0.lastLine = now.addingTimeInterval(-1000) } == .stale)
    #expect(
      state {
        $0.lastLine = now.addingTimeInterval(-1000)
        $0.hasCheckpoint = true
      } == .interrupted)
    #expect(
      state {
        $0.hasFailed = true
        $0.hasCheckpoint = true
      } == .failed)
  }

  @Test func aRunFailedByItsLogsLastLineOrByItsStudy() throws {
    try withTemporaryFolder { folder in
      let study = folder.appendingPathComponent("study")
      for name in ["a", "b"] { try Sample.run(study.appendingPathComponent("runs/\(name)")) }
      let logs = study.appendingPathComponent("logs")
      try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
      try Data("step 3\ngnomon: error: the loss became NaN\n".utf8)
        .write(to: logs.appendingPathComponent("a.txt"))
      let record = StudyRecord(
        name: "Strength", axes: [],
        runs: [
          .init(key: "a", settings: [:], status: .running),
          .init(key: "b", settings: [:], status: .failed, failure: "no memory"),
        ])
      try JSONEncoder().encode(record).write(to: study.appendingPathComponent("study.json"))
      let server = try Sample.server(folder)
      #expect(server.runs.map(\.failure) == ["the loss became NaN", "no memory"])
      #expect(server.runs.allSatisfy { $0.state == .failed && $0.study != nil })
    }
  }

  @Test func anUnfinishedLineWaitsAndADamagedOneIsPassedOver() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("metrics.jsonl")
      var tail = LineTail<MetricRecord>()
      var steps: [Int] = []
      func look() throws -> TailChange {
        try tail.read(file.path, restart: { steps = [] }, each: { steps.append($0.step) })
      }
      #expect(try look() == .same)
      try Data((#"{"step":1,"epoch":0}"# + "\nno record\n" + #"{"step":2,"#).utf8).write(to: file)
      #expect(try look() == .more)
      #expect(steps == [1] && tail.damaged == 1)
      #expect(LastLine.read(MetricRecord.self, from: file.path)?.step == 1)
      let handle = try FileHandle(forWritingTo: file)
      try handle.seekToEnd()
      try handle.write(contentsOf: Data((#""epoch":0}"# + "\n").utf8))
      #expect(try look() == .more)
      #expect(steps == [1, 2])
      // A run that resumes cuts its lines back and replaces the file.
      try AtomicFile.write(Data((#"{"step":7,"epoch":0}"# + "\n").utf8), to: file)
      #expect(try look() == .restarted)
      #expect(steps == [7] && tail.damaged == 0)
      #expect(try look() == .same)
      try FileManager.default.removeItem(at: file)
      #expect(try look() == .restarted)
      #expect(steps == [])
    }
  }

  @Test func whatCannotBeReadIsSaidAndTheOthersAreShown() throws {
    try withTemporaryFolder { folder in
      try Sample.run(folder.appendingPathComponent("good"), isFinished: true)
      let newer = try Sample.run(folder.appendingPathComponent("newer"))
      try Data(#"{"schema": 99}"#.utf8).write(to: newer.summary)
      let damaged = try Sample.run(folder.appendingPathComponent("damaged"))
      try Data("{".utf8).write(to: damaged.summary)
      try Data(": : :\n\t- [".utf8).write(to: damaged.config)
      let piped = try Sample.run(folder.appendingPathComponent("piped"))
      try FileManager.default.removeItem(at: piped.metrics)
      #expect(mkfifo(piped.metrics.path, 0o600) == 0)
      let runs = try Sample.server(folder).runs
      #expect(runs.map(\.name) == ["damaged", "good", "newer", "piped"])
      #expect(runs[0].problems.count == 2)
      #expect(runs[1].problems == [] && runs[1].state == .finished)
      #expect(runs[2].problems.first?.contains("has schema 99, of a newer version") == true)
      #expect(runs[3].step == nil)
    }
  }

  @Test func memoryOfARunIsBounded() {
    var metrics = ThinnedMetrics(most: 100)
    for step in 1...10_000 { metrics.add(MetricRecord(step: step, epoch: 0, loss: Double(step))) }
    #expect(metrics.all.count <= 101 && metrics.all.count >= 50)
    #expect(metrics.all.last?.step == 10_000)
    // Means of neighbours: the whole mean stays.
    let whole = metrics.records.compactMap(\.loss).reduce(0, +) / Double(metrics.records.count)
    let last = Double(metrics.records.last?.step ?? 0)
    #expect(abs(whole - (last + 1) / 2) < 1e-6)
    var geometry = ThinnedGeometry(most: 20)
    for step in 0..<500 {
      for layer in ["h", "z"] {
        geometry.add(
          GeometryRecord(
            step: step, epoch: 0,
            figures: LayerFigures(layer: layer, n: 1, dimension: 1, spectrum: [1])))
      }
    }
    #expect(Set(geometry.records.map(\.step)).count <= 20)
    #expect(geometry.records.count { !$0.figures.spectrum.isEmpty } == 2)
    #expect(geometry.records.last?.step == 499)
  }

  @Test func locksAreReadFromTheSystemsList() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent(".lock").path
      try Data("4242\n".utf8).write(to: URL(fileURLWithPath: path))
      let inode = try #require(FileStamp(path)?.inode)
      func isHeld(_ line: String) -> Bool { LockTable(listing: line).isHeld(folder.path) }
      #expect(isHeld("1: FLOCK  ADVISORY  WRITE 4242 ff:7f:\(inode) 0 EOF\n"))
      #expect(!isHeld("1: FLOCK  ADVISORY  WRITE 4243 ff:7f:\(inode) 0 EOF\n"))
      #expect(!isHeld("1: POSIX  ADVISORY  WRITE 4242 ff:7f:\(inode) 0 EOF\n"))
      #expect(!isHeld(""))
    }
  }
}
