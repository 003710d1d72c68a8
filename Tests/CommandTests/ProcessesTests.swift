import Foundation
import Records
import RunStore
import TestSupport
import Testing

/// One run that several processes work on, as torchrun starts them.
@Suite(.serialized) struct ProcessesTests {
  private static let options = [
    "train", "--image-size", "8", "--width", "4", "--head", "mlp:16-8", "--train-count", "60",
    "--held-out-count", "30", "--batch-size", "12", "--threads", "1", "--precision", "fp32",
    "--optimizer", "sgd", "--log-every", "1", "--figures", "rankme", "--no-controls", "--gap-steps",
    "2",
  ]

  private func start(
    _ size: Int, port: UInt16, _ arguments: [String], timeout: Int = 60
  ) throws -> [Program] {
    try (0..<size).map { rank in
      try start(rank, of: size, port: port, arguments, timeout: timeout)
    }
  }

  private func start(
    _ rank: Int, of size: Int, port: UInt16, _ arguments: [String], timeout: Int = 60
  ) throws -> Program {
    try Program.start(
      arguments + ["--process-timeout", "\(timeout)"],
      with: [
        "RANK": "\(rank)", "WORLD_SIZE": "\(size)", "LOCAL_RANK": "\(rank)",
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)",
      ])
  }

  private func lastCheckpoint(_ folder: RunFolder) throws -> Data {
    let checkpoints = folder.url.appendingPathComponent("checkpoints")
    let name = try String(
      contentsOf: checkpoints.appendingPathComponent("last"), encoding: .utf8)
    return try Data(
      contentsOf: checkpoints.appendingPathComponent("\(name.dropLast()).safetensors"))
  }

  private func errors(_ result: Program.Result) -> [Substring] {
    result.errorLines.filter { $0.hasPrefix("gnomon: error:") }
  }

  private func losses(_ folder: RunFolder) throws -> [Double] {
    try folder.readMetrics().compactMap(\.loss)
  }

  @Test(arguments: [["--schedule", "joint"], ["--schedule", "alternating:2,fresh"]])
  func severalProcessesMakeTheRunOfOne(_ schedule: [String]) throws {
    try withTemporaryFolder { folder in
      func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
      let steps = Self.options + schedule + ["--steps", "12"]
      let alone = try Program.run(steps + ["--output", path("alone"), "--quiet"])
      #expect(alone.code == 0, "\(alone.error)")
      let results = try start(2, port: freePort(), steps + ["--output", path("two")])
        .map { try $0.finish() }
      for result in results { #expect(result.code == 0, "\(result.error)") }
      // One speaks for all.
      #expect(results[0].error.contains("wrote") && results[1].error.isEmpty)
      #expect(results[1].output.isEmpty)

      let (one, two) = (RunFolder(path: path("alone")), RunFolder(path: path("two")))
      let (expected, found) = (try losses(one), try losses(two))
      #expect(expected.count == 12 && found.count == 12)
      // Float32 sums in another order, through twelve steps.
      for (first, second) in zip(expected, found) { #expect(abs(first - second) < 5e-3) }
      let rank = try #require(try two.readSummary()?.layers["z"]?["rankme"])
      #expect(try abs(rank - (#require(one.readSummary()?.layers["z"]?["rankme"]))) < 0.05)
    }
  }

  @Test func anInterruptedRunGoesOnWithAnotherNumberOfProcesses() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("run").path
      let arguments = Self.options + ["--epochs", "40", "--output", path]
      let programs = try start(2, port: freePort(), arguments)
      let run = RunFolder(path: path)
      try Program.wait(upTo: 240) { (try? losses(run).count) ?? 0 > 3 }
      // Only one is asked; all stop after the same step. The user's Ctrl-C is no reason to start it again.
      kill(programs[1].identifier, SIGINT)
      let results = try programs.map { try $0.finish() }
      #expect(results.map(\.code) == [75, 130], "\(results.map(\.error))")
      let begun = try losses(run)
      #expect(begun.count < 200)

      let resumed = try start(3, port: freePort(), ["train", "--resume", path, "--quiet"])
        .map { try $0.finish() }
      for result in resumed { #expect(result.code == 0, "\(result.error)") }
      #expect(try losses(run).count == 200 && losses(run).prefix(begun.count).elementsEqual(begun))
      let summary = try #require(try run.readSummary())
      #expect(summary.steps == 200)
      #expect(
        summary.conventions
          == RunConventions(
            worldSize: 3, earlierWorldSizes: [2], batchNorm: "synchronized"))

      // The losses of one process that was never stopped.
      let alone = RunFolder(path: folder.appendingPathComponent("alone").path)
      let undisturbed = try Program.run(
        Self.options + ["--epochs", "40", "--quiet", "--output", alone.url.path])
      #expect(undisturbed.code == 0, "\(undisturbed.error)")
      #expect(try alone.readSummary()?.conventions == RunConventions(worldSize: 1))
      let firstLosses = try zip(losses(run), losses(alone)).prefix(begun.count + 10)
      // Float32 sums in another order, through some dozen steps of 18 layers; losses of other samples differ by about 0.5.
      for (one, other) in firstLosses { #expect(abs(one - other) < 0.1) }
    }
  }

  /// Slurm warns with SIGUSR1; the job is started again with the same command.
  @Test func aJobThatIsWarnedAndStartedAgainEndsInTheBitsOfOneThatWasLeftAlone() throws {
    try withTemporaryFolder { folder in
      func run(_ name: String) -> RunFolder {
        RunFolder(path: folder.appendingPathComponent(name).path)
      }
      func job(_ name: String, _ more: [String] = []) throws -> [Program] {
        try start(
          2, port: freePort(),
          Self.options + ["--epochs", "40", "--continue", "--output", run(name).url.path] + more)
      }
      for program in try job("calm") { #expect(try program.finish().code == 0) }
      let warned = try job("warned")
      try Program.wait(upTo: 240) { (try? losses(run("warned")).count) ?? 0 > 7 }
      warned.forEach { kill($0.identifier, SIGUSR1) }
      let ends = try warned.map { try $0.finish() }
      #expect(ends.map(\.code) == [75, 75], "\(ends.map(\.error))")
      #expect(try losses(run("warned")).count < 200)

      let other = try job("warned", ["--seed", "5"]).map { try $0.finish() }
      #expect(other[0].code == 2 && other[0].error.contains("has other settings"), "\(other)")

      for program in try job("warned") { #expect(try program.finish().code == 0) }
      #expect(try losses(run("warned")) == losses(run("calm")))
      #expect(try lastCheckpoint(run("warned")) == lastCheckpoint(run("calm")))
      #expect(
        try run("warned").readSummary()?.conventions
          == RunConventions(worldSize: 2, batchNorm: "synchronized"))
    }
  }

  @Test func aProcessThatDiesEndsTheOthersWithOneLine() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("run").path
      let arguments = Self.options + ["--epochs", "4000", "--output", path, "--quiet"]
      let programs = try start(2, port: freePort(), arguments, timeout: 60)
      try Program.wait(upTo: 240) { (try? losses(RunFolder(path: path)).count) ?? 0 > 12 }
      kill(programs[1].identifier, SIGKILL)
      let killed = ContinuousClock.now
      let result = try programs[0].finish()
      _ = try programs[1].finish()
      #expect(killed.duration(to: .now) < .seconds(100))
      #expect(result.code == 1)
      #expect(errors(result).count == 1, "\(result.error)")
      #expect(result.error.contains("another process of the run is gone"), "\(result.error)")
      #expect(result.error.contains("the last checkpoint is of step"), "\(result.error)")
      // What was written before can be gone on from.
      let measured = try Program.run(["geometry", path, "--figures", "rankme"])
      #expect(measured.code == 0, "\(measured.error)")
    }
  }

  @Test func aProcessThatHangsEndsTheOthersWithinTheTimeout() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.appendingPathComponent("run").path)
      let programs = try start(
        3, port: freePort(),
        Self.options + ["--epochs", "4000", "--output", run.url.path, "--quiet"], timeout: 20)
      try Program.wait(upTo: 240) { (try? losses(run).count) ?? 0 > 3 }
      kill(programs[2].identifier, SIGSTOP)
      let stopped = ContinuousClock.now
      let results = try programs.prefix(2).map { try $0.finish() }
      // Twenty seconds, and what a machine needs that does much else.
      #expect(stopped.duration(to: .now) < .seconds(100))
      kill(programs[2].identifier, SIGKILL)
      _ = try programs[2].finish()
      for result in results {
        #expect(result.code == 1)
        #expect(errors(result).count == 1 && !result.error.contains(".cc:"), "\(result.error)")
      }
    }
  }

  @Test func aProcessThatIsNotOfTheJobIsRefused() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("run").path
      let arguments = Self.options + ["--steps", "2", "--output", path]
      func ends(_ other: [String], of size: Int) throws -> [Program.Result] {
        let port = try freePort()
        let programs = [
          try start(0, of: 2, port: port, arguments, timeout: 60),
          try start(1, of: size, port: port, other, timeout: 60),
        ]
        return try programs.map { try $0.finish() }
      }
      for (other, size) in [(arguments + ["--temperature", "0.9"], 2), (arguments, 3)] {
        for result in try ends(other, of: size) {
          #expect(result.code == 1)
          #expect(errors(result).count == 1, "\(result.error)")
          #expect(result.error.contains("process 1 is not of this job"), "\(result.error)")
        }
      }
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func torchrunStartsARun() throws {
    let torchrun = ProcessInfo.processInfo.environment["GNOMON_TORCH"].map {
      URL(fileURLWithPath: $0).appendingPathComponent("../../../../bin/torchrun").standardized.path
    }
    let inFolder = repositoryFile(".venv/bin/torchrun")
    guard
      let program = [torchrun, inFolder].compactMap({ $0 })
        .first(where: FileManager.default.isExecutableFile)
    else { return }
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.appendingPathComponent("run").path)
      let words = Self.options + ["--steps", "3", "--output", run.url.path]
      let command =
        ["'\(program)' --standalone --nproc-per-node 2 --no-python '\(Program.path("gnomon"))'"]
        + words.map { "'\($0)'" }
      let result = try Program.startShell(command.joined(separator: " ")).finish()
      #expect(result.code == 0, "\(result.error)")
      #expect(
        try run.readSummary()?.conventions
          == RunConventions(worldSize: 2, batchNorm: "synchronized"))
    }
  }

  @Test func batchNormOfEachProcessOwnIsASettingAndStandsInTheConventions() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.appendingPathComponent("run").path)
      let results = try start(
        2, port: freePort(),
        Self.options + [
          "--steps", "3", "--process-batch-norm", "own", "--output", run.url.path,
        ]
      ).map { try $0.finish() }
      for result in results { #expect(result.code == 0, "\(result.error)") }
      #expect(
        try run.readSummary()?.conventions == RunConventions(worldSize: 2, batchNorm: "own"))
    }
  }

  @Test func whatCannotBeSharedIsRefused() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("run").path
      let uneven = try start(
        5, port: freePort(), Self.options + ["--steps", "2", "--output", path]
      )
      .map { try $0.finish() }
      for result in uneven {
        #expect(result.code == 2)
        #expect(
          result.error.contains("a batch of 12 samples is not divisible by the 5 processes"),
          "\(result.error)")
      }
      let nowhere = try Program.start(
        Self.options, with: ["RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": ""]
      ).finish()
      #expect(nowhere.code == 2 && nowhere.error.contains("set both to a host and a free port"))
      let wrong = try Program.start(
        Self.options, with: ["RANK": "2", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1"]
      ).finish()
      #expect(wrong.code == 2 && wrong.error.contains("RANK is '2', which is no process' number"))
    }
  }
}
