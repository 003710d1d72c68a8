import Foundation
import TestSupport
import Testing

/// `gnomon study` as a user runs it: to the end whatever happens, and nothing twice.
@Suite(.serialized) struct StudyTests {
  /// Runs of a second.
  private let settings =
    "settings: {train_count: 64, held_out_count: 60, batch_size: 16, epochs: 2, width: 2, image_size: 8, "
    + "head: 'mlp:8-4', threads: 1, log_every: 1"

  private func write(_ text: String, to folder: URL) throws -> String {
    let file = folder.appendingPathComponent("grid.yaml")
    try Data(text.utf8).write(to: file)
    return file.path
  }

  private func record(_ folder: URL) throws -> [String: Any] {
    let data = try Data(contentsOf: folder.appendingPathComponent("study.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func runs(_ folder: URL) throws -> [(key: String, status: String, failure: String?)] {
    let runs = try #require(try record(folder)["runs"] as? [[String: Any]])
    return runs.map {
      ($0["key"] as? String ?? "", $0["status"] as? String ?? "", $0["failure"] as? String)
    }
  }

  /// The figures of a run's layers.
  private func layers(_ folder: URL, _ key: String) throws -> NSDictionary {
    let path = folder.appendingPathComponent("runs/\(key)/summary.json")
    let summary = try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any]
    return try #require(summary?["layers"] as? NSDictionary)
  }

  /// The effective rank of a run's z.
  private func rank(_ folder: URL, _ key: String) throws -> Double {
    let z = try #require(try layers(folder, key)["z"] as? NSDictionary)
    return try #require(z["effective_rank"] as? Double)
  }

  private func expectNoTemporaryFiles(_ folder: URL) throws {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    #expect(names.allSatisfy { !$0.hasSuffix(".tmp") }, "\(names)")
  }

  @Test func aGridRunsToItsEndAndAChangeRepeatsNothing() throws {
    try withTemporaryFolder { folder in
      let claims = """
        claims:
          - {id: rank, statement: s, statistic: slope, of: ln(z.effective_rank), axis: strength, direction: negative}
        """
      let file = try write(
        "name: tiny\n\(settings)}\naxes: {strength: [0.1, 0.5], seed: [0]}\n\(claims)", to: folder)
      let output = folder.appendingPathComponent("out")
      let arguments = ["study", file, "--output", output.path]

      let plan = try Program.run(arguments + ["--dry-run", "--json"])
      #expect(plan.code == 0, "\(plan.error)")
      #expect(try (plan.json()["runs"] as? [Any])?.count == 2)
      #expect(!FileManager.default.fileExists(atPath: output.path))

      let first = try Program.run(arguments + ["--json"])
      #expect(first.code == 0, "\(first.error)")
      #expect(try first.json()["name"] as? String == "tiny")
      let printed = try first.json() as NSDictionary
      #expect(try printed == record(output) as NSDictionary)
      let keys = try runs(output).map(\.key)
      #expect(
        keys[0].hasPrefix("strength-0.1_seed-0_") && keys[1].hasPrefix("strength-0.5_seed-0_"))
      #expect(try runs(output).allSatisfy { $0.status == "finished" })
      #expect(first.error.contains("starting \(keys[0])"))
      let earlier = try keys.map { try modified(output, "runs/\($0)/summary.json") }

      _ = try write(
        "name: tiny\n\(settings)}\naxes: {strength: [0.1, 0.5], seed: [0, 1]}\n\(claims)",
        to: folder)
      let second = try Program.run(arguments)
      #expect(second.code == 0, "\(second.error)")
      #expect(second.error.contains("has changed since the study was started"))
      #expect(second.error.components(separatedBy: "starting ").count == 3)
      let more = try runs(output)
      #expect(more.count == 4 && more.allSatisfy { $0.status == "finished" })
      #expect(try keys.map { try modified(output, "runs/\($0)/summary.json") } == earlier)
      let kept = output.appendingPathComponent("earlier/study-1.yaml")
      #expect(try String(contentsOf: kept, encoding: .utf8).contains("seed: [0]}"))
      #expect(second.output.contains("too few seeds"))

      let again = try Program.run(["study", output.path, "--quiet"])
      #expect(again.code == 0 && again.error.isEmpty && again.output.isEmpty)
      let ledger = try Program.run(["study", "claims", output.path, "--json"]).json()
      let claim = try #require((ledger["claims"] as? [[String: Any]])?.first)
      // The grid's order: both seeds at the first strength, then both at the second.
      let ranks = try more.map { try rank(output, $0.key) }
      let slopes = [0, 1].map { log(ranks[$0 + 2] / ranks[$0]) / 0.4 }
      let effects = try #require(claim["effects"] as? [Double])
      #expect(effects.relativeDifference(from: slopes) < 1e-12)
      #expect(claim["seeds"] as? [Int] == [0, 1] && claim["verdict"] as? String == "too few seeds")
      #expect(claim["interval"] as? NSDictionary == ["method": "t", "level": 0.95])
      let check = try Program.run(["store", "check", output.path])
      #expect(check.code == 0, "\(check.output) \(check.error)")
      let selection = try Program.run(["study", "select", output.path, "--json"])
      let chosen = try #require(
        try selection.json()["selection"] as? [String: Any], "\(selection.error)")
      #expect(chosen["layer"] as? String == "h")
      let settings = (chosen["settings"] as? [String: Any])?["candidates"] as? [[String: Any]]
      #expect(settings?.map { $0["name"] as? String } == ["strength 0.1", "strength 0.5"])
      let checkpoints = (chosen["checkpoints"] as? [String: Any])?["candidates"] as? [[String: Any]]
      #expect(checkpoints?.map { $0["name"] as? String } == more.map(\.key))
      try expectNoTemporaryFiles(folder)
    }
  }

  private func modified(_ folder: URL, _ path: String) throws -> Date {
    let file = folder.appendingPathComponent(path).path
    return try #require(
      try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date)
  }

  /// Stopped politely and then killed, a study comes to the figures of one that was left alone.
  @Test func anInterruptedAndKilledStudyContinuesToTheSameFigures() throws {
    try withTemporaryFolder { folder in
      let text = "name: tiny\n\(settings), steps: 400}\naxes: {seed: [0]}\n"
      let file = try write(text, to: folder)
      let calm = folder.appendingPathComponent("calm")
      let output = folder.appendingPathComponent("out")
      #expect(try Program.run(["study", file, "--output", calm.path, "--quiet"]).code == 0)
      let key = try runs(calm)[0].key

      let metrics = output.appendingPathComponent("runs/\(key)/metrics.jsonl")
      func lines() -> Int {
        (try? String(contentsOf: metrics, encoding: .utf8))?.split(separator: "\n").count ?? 0
      }
      var study = try Program.start(["study", file, "--output", output.path])
      try Program.wait(upTo: 240) { lines() > 20 }
      let other = try Program.run(["study", file, "--output", output.path])
      #expect(other.code == 1 && other.error.contains("process \(study.identifier)"))
      kill(study.identifier, SIGTERM)
      let interrupted = try study.finish()
      #expect(interrupted.code == 75, "\(interrupted.error)")
      #expect(interrupted.error.contains("continue with gnomon study \(output.path)"))
      #expect(try runs(output)[0].status == "pending")

      let reached = lines()
      study = try Program.start(["study", output.path])
      try Program.wait(upTo: 240) { lines() > reached + 20 }
      kill(study.identifier, SIGKILL)
      _ = try study.finish()
      let last = try Program.run(["study", output.path])
      #expect(last.code == 0, "\(last.error)")
      #expect(last.error.contains("continuing \(key)"))
      #expect(try layers(output, key) == layers(calm, key))
      try expectNoTemporaryFiles(folder)
    }
  }

  @Test func aRunThatFailsIsNamedAndTheOthersGoOn() throws {
    try withTemporaryFolder { folder in
      let file = try write(
        "name: tiny\n\(settings)}\naxes: {learning_rate: [1.0e+30, 0.001], seed: [0]}\n", to: folder
      )
      let output = folder.appendingPathComponent("out")
      let result = try Program.run(["study", file, "--output", output.path, "--quiet"])
      #expect(result.code == 1 && result.errorLines.count == 1, "\(result.error)")
      #expect(result.error.contains("1 of 2 runs failed") && result.error.contains("loss"))
      let runs = try runs(output)
      #expect(runs.map(\.status) == ["failed", "finished"])
      #expect(runs[0].failure?.contains("training stopped") == true, "\(runs[0])")
    }
  }

  @Test func aFileThatChangesMeanwhileIsNoticed() throws {
    try withTemporaryFolder { folder in
      let text = "name: tiny\n\(settings)}\naxes: {seed: [0]}\n"
      let file = try write(text, to: folder)
      let output = folder.appendingPathComponent("out")
      let study = try Program.start(["study", file, "--output", output.path, "--quiet"])
      let copy = output.appendingPathComponent("study.json").path
      try Program.wait(upTo: 240) { FileManager.default.fileExists(atPath: copy) }
      _ = try write(text.replacing("[0]", with: "[7]"), to: folder)
      let result = try study.finish()
      #expect(result.code == 0 && result.errorLines.count == 1)
      #expect(result.error.contains("changed while the study ran"), "\(result.error)")
      let kept = output.appendingPathComponent("study.yaml")
      #expect(try String(contentsOf: kept, encoding: .utf8) == text)
      #expect(try runs(output).map(\.key).allSatisfy { $0.hasPrefix("seed-0") })
    }
  }

  @Test func wrongUsageWritesNothing() throws {
    try withTemporaryFolder { folder in
      func expectUsageError(_ text: String, _ arguments: [String] = [], saying part: String) throws
      {
        let file = try write(text, to: folder)
        let output = folder.appendingPathComponent("out")
        let result = try Program.run(["study", file, "--output", output.path] + arguments)
        #expect(result.code == 2 && result.errorLines.count == 1, "\(result.error)")
        #expect(result.error.contains(part), "\(result.error)")
        #expect(!FileManager.default.fileExists(atPath: output.path))
      }
      try expectUsageError("axes: {sed: [0]}", saying: "did you mean 'seed'?")
      try expectUsageError("axes: {seed: [0]}", ["--quick"], saying: "has no 'quick'")
      try expectUsageError("axes: {seed: [0]}", ["--jobs", "0"], saying: "--jobs is 0")
      try expectUsageError("axes: {device: ['cuda:7']}", saying: "not available")
      let missing = try Program.run(["study", "/nonexistent.yaml"])
      #expect(missing.code == 2 && missing.error.contains("/nonexistent.yaml"))
      let empty = try Program.run(["study", "claims", folder.path])
      #expect(empty.code == 1 && empty.error.contains("no study"), "\(empty.error)")
    }
  }
}
