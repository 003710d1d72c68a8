import Foundation
import Records
import RunDatabase
import RunStore
import TestSupport
import Testing

/// Runs that are killed, orphaned, doubled, or left without room.
@Suite(.serialized) struct NothingLostTests {
  /// A run that takes a second.
  private let small = [
    "--image-size", "16", "--width", "4", "--head", "mlp:16-8", "--train-count", "80",
    "--held-out-count", "60", "--batch-size", "16", "--threads", "1", "--log-every", "1",
  ]

  private func begin(_ run: String) throws -> Program {
    try Program.start(["train", "--steps", "100000", "--output", run] + small)
  }

  private func waitForSteps(_ run: String) throws {
    try Program.wait(upTo: 240) {
      (try? Data(contentsOf: URL(fileURLWithPath: "\(run)/metrics.jsonl")))?.isEmpty == false
    }
  }

  private func temporaryFiles(in folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).filter {
      AtomicFile.isTemporary(($0 as NSString).lastPathComponent)
    }
  }

  @Test func aSecondTrainingOfTheSameRunIsRefusedInOneLine() throws {
    try withTemporaryFolder { folder in
      let run = folder.appendingPathComponent("run").path
      let first = try begin(run)
      try waitForSteps(run)
      let second = try Program.run(["train", "--resume", run])
      #expect(second.code == 1 && second.errorLines.count == 1)
      #expect(second.error.contains("in use by process \(first.identifier)"), "\(second.error)")
      // The system lifts the lock of a killed process.
      kill(first.identifier, SIGKILL)
      _ = try first.finish()
      let third = try Program.start(["train", "--resume", run])
      let lines = { try RunFolder(path: run).readMetrics().count }
      let before = try lines()
      try Program.wait(upTo: 240) { (try? lines()).map { $0 > before } ?? false }
      kill(third.identifier, SIGINT)
      #expect(try third.finish().code == 130)
      #expect(try temporaryFiles(in: run).isEmpty)
    }
  }

  @Test func aRunThatIsStoppedWhileItIsMeasuredEndsAtOnceAndIsMeasuredLater() throws {
    try withTemporaryFolder { folder in
      let run = folder.appendingPathComponent("run").path
      // A step of training, and seconds of measuring.
      let process = try Program.start([
        "train", "--steps", "1", "--image-size", "32", "--train-count", "4000",
        "--held-out-count", "2000", "--batch-size", "16", "--threads", "1", "--output", run,
      ])
      try Program.wait(upTo: 240) {
        FileManager.default.fileExists(atPath: "\(run)/checkpoints/last")
      }
      usleep(300_000)
      kill(process.identifier, SIGINT)
      let began = ContinuousClock.now
      let result = try process.finish()
      // The promise is two seconds; these are for a machine that does much else.
      #expect(began.duration(to: .now) < .seconds(10))
      #expect(result.code == 130, "\(result.error)")
      #expect(result.error.contains("measure with --resume \(run)"), "\(result.error)")
      #expect(try temporaryFiles(in: run).isEmpty)
      #expect(!FileManager.default.fileExists(atPath: "\(run)/summary.json"))

      let resumed = try Program.run(["train", "--resume", run, "--quiet"])
      #expect(resumed.code == 0, "\(resumed.error)")
      let summary = try #require(try RunFolder(path: run).readSummary())
      #expect(summary.steps == 1)
      let lines = try RunFolder(path: run).readGeometry()
      #expect(Set(lines.map(\.figures.layer)).count == lines.count)
    }
  }

  @Test func aTrainingWhoseParentIsKilledStopsWithACheckpoint() throws {
    try withTemporaryFolder { folder in
      let run = folder.appendingPathComponent("run").path
      let arguments = ["train", "--steps", "100000", "--output", run] + small
      let parent = try Program.startShell(
        "GNOMON_PARENT=$$ '\(Program.path("gnomon"))' \(arguments.joined(separator: " ")) & wait")
      try waitForSteps(run)
      kill(parent.identifier, SIGKILL)
      _ = try parent.finish()
      try Program.wait(upTo: 240) { (try? FileLock(URL(fileURLWithPath: run))) != nil }
      let last = try String(contentsOfFile: "\(run)/checkpoints/last", encoding: .utf8)
      #expect(last.hasPrefix("step-"))
      #expect(try temporaryFiles(in: run).isEmpty)
    }
  }

  /// What a run computed, without what the clock says.
  private func figures(_ run: String) throws -> [String: LayerFigures] {
    try #require(try RunFolder(path: run).readSummary()).layers
  }

  @Test func aFullDiskStopsCleanlyAndContinuesWhenThereIsRoom() throws {
    try withTemporaryFolder { folder in
      // A file system of 300 kB, where this machine lets one be mounted.
      guard try Program.shell("mount -t tmpfs -o size=300k tmpfs \(folder.path)") == 0 else {
        print("skipped: a full disk, since nothing can be mounted here")
        return
      }
      defer { _ = try? Program.shell("umount \(folder.path)") }
      try withTemporaryFolder { roomy in
        let run = folder.appendingPathComponent("run").path
        let result = try Program.run(["train", "--steps", "40", "--output", run] + small)
        #expect(result.code == 1)
        #expect(result.errorLines.last?.contains("disk full") == true, "\(result.error)")
        #expect(result.errorLines.count { $0.contains("error:") } == 1)
        #expect(try temporaryFiles(in: folder.path).isEmpty)
        #expect(try Program.shell("mount -o remount,size=20m \(folder.path)") == 0)
        let resumed = try Program.run(["train", "--resume", run])
        #expect(resumed.code == 0, "\(resumed.error)")
        let whole = roomy.appendingPathComponent("whole").path
        let undisturbed = try Program.run(["train", "--steps", "40", "--output", whole] + small)
        #expect(undisturbed.code == 0)
        #expect(try figures(run) == figures(whole))
      }
    }
  }

  @Test func aStoreOnAFullDiskKeepsWhatItHasAndGoesOn() throws {
    try withTemporaryFolder { folder in
      guard try Program.shell("mount -t tmpfs -o size=600k tmpfs \(folder.path)") == 0 else {
        print("skipped: a store on a full disk, since nothing can be mounted here")
        return
      }
      defer { _ = try? Program.shell("umount \(folder.path)") }
      let store = try RunDatabase.open(path: RunCollection.store(in: folder).path)
      let content = RunContent(
        name: "a", configuration: ["seed": 1], summary: nil,
        metrics: (0..<900).map { MetricRecord(step: $0, epoch: 0, loss: 1 / Double($0 + 1)) },
        geometry: [])
      var written = 0
      let error = #expect(throws: RunStoreError.self) {
        while written < 100 {
          try store.write(content, key: "\(written)")
          written += 1
        }
      }
      guard case .diskFull = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(written > 0 && written < 100)
      #expect(try Program.shell("mount -o remount,size=20m \(folder.path)") == 0)
      try store.write(content, key: "\(written)")
      for key in 0...written { #expect(try store.content(key: "\(key)") == content) }
      #expect(try store.check(against: RunCollection(path: folder.path)).count == written + 1)
      try store.close()
    }
  }

  @Test func aFileThatMayNotGrowStopsCleanlyAndContinuesLater() throws {
    try withTemporaryFolder { folder in
      let run = folder.appendingPathComponent("run").path
      let arguments = ["train", "--steps", "12", "--output", run] + small
      // Blocks of 512 or 1,024 bytes, by the shell: less than a checkpoint either way.
      let limited = try Program.startShell(
        "ulimit -f 20; exec '\(Program.path("gnomon"))' \(arguments.joined(separator: " "))"
      ).finish()
      #expect(limited.code == 1, "\(limited.error)")
      #expect(limited.errorLines.last?.contains("error: cannot write") == true, "\(limited.error)")
      #expect(try temporaryFiles(in: run).isEmpty)
      let resumed = try Program.run(["train", "--resume", run])
      #expect(resumed.code == 0, "\(resumed.error)")
      let whole = folder.appendingPathComponent("whole").path
      #expect(try Program.run(["train", "--steps", "12", "--output", whole] + small).code == 0)
      #expect(try figures(run) == figures(whole))
    }
  }
}
