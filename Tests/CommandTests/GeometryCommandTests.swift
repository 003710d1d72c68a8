import Foundation
import Records
import RunStore
import TestSupport
import Testing
import Torch

/// `gnomon geometry` and `gnomon probe` on a run: what they print, and what they leave in it.
@Suite(.serialized) struct GeometryCommandTests {
  private func train(in folder: URL, _ options: [String] = []) throws -> RunFolder {
    let path = folder.appendingPathComponent("run").path
    let result = try Program.run(
      [
        "train", "--steps", "10", "--output", path, "--image-size", "16", "--width", "4", "--head",
        "mlp:16-8", "--train-count", "80", "--held-out-count", "40", "--batch-size", "16",
        "--threads", "1", "--measure-every", "1", "--measure-budget", "2", "--quiet",
      ] + options)
    #expect(result.code == 0, "\(result.error)")
    return RunFolder(path: path)
  }

  @Test func aRunIsMeasuredAgainAndRemembersIt() throws {
    try withTemporaryFolder { folder in
      let run = try train(in: folder)
      let trained = try #require(try run.readSummary())
      let lines = try run.readGeometry()
      #expect(lines.map(\.step) == [5, 5, 5, 10, 10, 10])

      // As if an older version had measured less, and something else more.
      var older = trained
      older.layers["h"]?.values = ["linear_top1": 0.25, "effective_rank": -1]
      try run.write(older)
      let result = try Program.run(["geometry", run.url.path])
      #expect(result.code == 0)
      #expect(result.errorLines.count == 1, "\(result.error)")
      #expect(
        result.error.contains("wrote 3 layers at step 10 into geometry.jsonl and summary.json"))
      let headings = FigureGroup.allCases.filter { $0 != .other }.map(\.rawValue)
      let printed = result.output.split(separator: "\n").map(String.init)
      #expect(printed.filter(headings.contains) == headings)
      #expect(printed.first?.split(separator: " ") == ["h", "head.1", "z"])

      let summary = try #require(try run.readSummary())
      #expect(summary.layers["h"]?["linear_top1"] == 0.25)
      #expect(
        summary.layers["h"]?["effective_rank"] == trained.layers["h"]?["effective_rank"])
      #expect(summary.layers["z"] == trained.layers["z"])
      let again = try run.readGeometry()
      #expect(again.map(\.step) == lines.map(\.step))
      #expect(again.prefix(3) == lines.prefix(3))

      let probe = try Program.run(["probe", run.url.path])
      #expect(probe.output.contains("attribute.position_x") && probe.output.contains("knn_top1"))
      #expect(try run.readSummary()?.layers == trained.layers)

      let deeper = try Program.run(["geometry", run.url.path, "--layers", "all"])
      #expect(deeper.error.contains("wrote 6 layers at step 10"), "\(deeper.error)")
      let heading = deeper.output.split(separator: "\n").first?.split(separator: " ")
      #expect(heading == ["stage1", "stage2", "stage3", "h", "head.1", "z"])
      #expect(try run.readSummary()?.layers["stage2"]?["effective_rank"] != nil)
      #expect(try run.readGeometry().count { $0.step == 10 } == 6)
    }
  }

  @Test func aRunMeasuresTheFiguresThatItIsToldTo() throws {
    try withTemporaryFolder { folder in
      let run = try train(in: folder, ["--figures", "rankme, probe_gap"])
      let layers = try #require(try run.readSummary()?.layers)
      let z = try #require(layers["z"])
      #expect(z["rankme"] != nil && z["effective_rank"] != nil && z["probe_gap"] != nil)
      #expect(z["knn_top1"] == nil && z["tangent_overlap"] == nil && z["lidar"] == nil)
      #expect(z.controls[.gaussian]?["rankme"] != nil && z.controls[.untrained]?["rankme"] != nil)
      let during = try run.readGeometry().filter { $0.step == 5 }
      #expect(during.count == 3)
      #expect(during.allSatisfy { $0.figures["rankme"] != nil && $0.figures["knn_top1"] == nil })

      let refused = try Program.run(["train", "--figures", "rankm"])
      #expect(refused.code == 2)
      #expect(refused.error.contains("there is no figure 'rankm'; did you mean 'rankme'?"))
    }
  }

  @Test func nothingIsMeasuredWhereNothingIsAskedFor() throws {
    try withTemporaryFolder { folder in
      let run = try train(in: folder, ["--figures", "none"])
      let layers = try #require(try run.readSummary()?.layers)
      #expect(layers.keys.sorted() == ["h", "head.1", "z"])
      #expect(layers.values.allSatisfy { $0.values.isEmpty && $0.controls.isEmpty && $0.n > 0 })
      // It can be measured afterwards.
      #expect(try Program.run(["geometry", run.url.path, "--figures", "rankme"]).code == 0)
      #expect(try run.readSummary()?.layers["h"]?["rankme"] != nil)
    }
  }

  @Test func aRunInUseOrForReadingOnlyIsMeasuredWithAWarning() throws {
    try withTemporaryFolder { folder in
      let run = try train(in: folder)
      let before = try Data(contentsOf: run.summary)
      let lock = try run.lock()
      let result = try Program.run(["geometry", run.url.path, "--json"])
      withExtendedLifetime(lock) {}
      #expect(result.code == 0 && result.errorLines.count == 1)
      #expect(result.error.contains("warning: measured, but not written"), "\(result.error)")
      #expect(try result.json()["schema"] as? Int == 1)
      #expect(try Data(contentsOf: run.summary) == before)
    }
  }
}
