import Foundation
import RunDatabase
import RunStore
import TestSupport
import Testing

/// `gnomon store` on the run of a moment.
@Suite(.serialized) struct StoreCommandTests {
  private func train(_ folder: URL) throws -> RunFolder {
    let run = RunFolder(path: folder.appendingPathComponent("runs/a").path)
    let trained = try Program.run([
      "train", "--steps", "2", "--image-size", "16", "--width", "2", "--head", "mlp:8-4",
      "--train-count", "32", "--held-out-count", "40", "--batch-size", "16", "--threads", "1",
      "--log-every", "1", "--output", run.url.path, "--quiet",
    ])
    #expect(trained.code == 0, "\(trained.error)")
    return run
  }

  private func expectFailure(_ arguments: [String], saying part: String) throws {
    let result = try Program.run(["store"] + arguments)
    #expect(result.code == 1, "\(arguments)")
    #expect(result.errorLines.last?.contains(part) == true, "\(result.error)")
    #expect(result.errorLines.count { $0.hasPrefix("gnomon: error: ") } == 1)
  }

  @Test func theStoreIsMadeCheckedAndFoundToDisagree() throws {
    try withTemporaryFolder { folder in
      let run = try train(folder)
      try expectFailure(["check", folder.path], saying: "gnomon store rebuild \(folder.path)")
      let rebuilt = try Program.run(["store", "rebuild", folder.path])
      #expect(rebuilt.code == 0 && rebuilt.error.contains("1 runs"), "\(rebuilt.error)")
      let checked = try Program.run(["store", "check", folder.path])
      #expect(checked.code == 0 && checked.error.isEmpty, "\(checked.error)")
      #expect(checked.output.contains("agrees with 1 run folders"))

      let store = try RunDatabase.open(path: RunCollection.store(in: folder).path)
      #expect(try store.content(key: "a") == RunContent(reading: run))
      let keys = ["head", "steps", "strict", "strength"]
      let configuration = try store.runs(configuration: keys).first?.configuration
      #expect(configuration == ["head": "mlp:8-4", "steps": 2, "strict": false, "strength": 0.5])
      try store.close()

      try FileManager.default.removeItem(at: run.metrics)
      try expectFailure(["check", folder.path], saying: "store.sqlite")
      try Data("nonsense\n{}\n".utf8).write(to: run.metrics)
      try expectFailure(["rebuild", folder.path], saying: "metrics.jsonl, line 1")
      try expectFailure(["check", folder.appendingPathComponent("no").path], saying: "no such")
    }
  }

  @Test func aStudyFillsItsStoreAsItGoes() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("two.yaml")
      try Data(
        """
        name: two
        settings: {steps: 2, image_size: 16, width: 2, head: 'mlp:8-4', train_count: 32,
          held_out_count: 40, batch_size: 16, threads: 1}
        axes: {strength: [0.5], seed: [0, 1]}
        """.utf8
      ).write(to: file)
      let place = folder.appendingPathComponent("two")
      let made = try Program.run(["study", file.path, "--output", place.path, "--quiet"])
      #expect(made.code == 0, "\(made.error)")
      let checked = try Program.run(["store", "check", place.path])
      #expect(checked.code == 0 && checked.output.contains("2 run folders"), "\(checked.error)")
      let store = try RunDatabase.open(path: RunCollection.store(in: place).path)
      let rank = FigureName(layer: "z", key: "effective_rank")
      let runs = try store.runs(of: "two", with: [rank])
      #expect(runs.map { $0.settings["seed"] } == [0, 1])
      for run in runs {
        let folder = RunFolder(path: place.appendingPathComponent("runs/\(run.key)").path)
        let summary = try #require(try folder.readSummary())
        #expect(run.status == .finished)
        let figure = try #require(run.figures[rank])
        #expect(figure == summary.layers["z"]?["effective_rank"])
      }
      try store.close()
    }
  }

  @Test func aConfigurationFileReadsAsTheSummaryHasIt() throws {
    try withTemporaryFolder { folder in
      let run = try train(folder)
      let summary = try #require(try run.readSummary())
      #expect(try run.readConfiguration() == summary.config)
    }
  }

  @Test func aStoreOfANewerVersionIsLeftAlone() throws {
    try withTemporaryFolder { folder in
      let store = RunCollection.store(in: folder)
      try RunDatabase.open(path: store.path).close()
      let insert =
        "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]);"
        + "c.execute(\"INSERT INTO grdb_migrations VALUES (9)\"); c.commit()"
      #expect(try Program.shell("python3 -c '\(insert)' '\(store.path)'") == 0)
      let before = try Data(contentsOf: store)
      for command in ["rebuild", "check"] {
        try expectFailure([command, folder.path], saying: "newer gnomon")
      }
      #expect(try Data(contentsOf: store) == before)
    }
  }
}
