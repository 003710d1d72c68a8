import Foundation
import Records
import RunStore
import TestSupport
import Testing

/// `gnomon metrics` gives what the files of a run hold.
@Suite struct MetricsCommandTests {
  private func withRun(_ body: (RunFolder) throws -> Void) throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      try folder.create()
      let metrics = try JSONLinesFile(appendingTo: folder.metrics)
      try metrics.append(MetricRecord(step: 1, epoch: 0.25, loss: 5.5, extra: ["temperature": 0.1]))
      try metrics.append(MetricRecord(step: 10, epoch: 2.5, learningRate: 0.002, extra: ["a": 1]))
      metrics.close()
      let geometry = try JSONLinesFile(appendingTo: folder.geometry)
      let h = LayerFigures(
        layer: "h", n: 60, dimension: 32, values: ["stable_rank": 2.5, "rankme": 8],
        invarianceAt: ["0.25": 0.5], spectrum: [0, -1])
      let z = LayerFigures(layer: "z", n: 60, dimension: 8, values: ["rankme": 0.1])
      for figures in [h, z] {
        try geometry.append(GeometryRecord(step: 10, epoch: 2.5, figures: figures))
      }
      geometry.close()
      try body(folder)
    }
  }

  @Test func theTableHasAColumnForEachNumberAndEmptyCellsForWhatWasNotMeasured() throws {
    try withRun { folder in
      let result = try Program.run(["metrics", folder.url.path])
      #expect(
        result.output == """
          step,epoch,loss,temperature,learning_rate,a
          1,0.25,5.5,0.1,,
          10,2.5,,,0.002,1.0

          """, "\(result.error)")
    }
  }

  @Test func theLinesHaveTheNumbersOfTheFile() throws {
    try withRun { folder in
      let result = try Program.run(["metrics", folder.url.path, "--format", "jsonl"])
      #expect(result.output == (try text(of: folder.metrics)), "\(result.error)")
    }
  }

  @Test func figuresAreARowAStepAndLayerInTheOrderOfTheCatalogue() throws {
    try withRun { folder in
      let csv = try Program.run(["metrics", folder.url.path, "--figures"])
      let rows = csv.output.split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      #expect(rows.count == 3, "\(csv.error)")
      #expect(rows[0].prefix(5) == ["step", "epoch", "layer", "n", "dimension"])
      let h = Dictionary(uniqueKeysWithValues: zip(rows[0], rows[1]))
      let z = Dictionary(uniqueKeysWithValues: zip(rows[0], rows[2]))
      #expect(h["layer"] == "h" && h["invariance_at.0.25"] == "0.5" && h["stable_rank"] == "2.5")
      #expect(z["layer"] == "z" && z["rankme"] == "0.1" && z["stable_rank"] == "")
      let jsonl = try Program.run(["metrics", folder.url.path, "--figures", "--format", "jsonl"])
      let first = try #require(jsonl.output.split(separator: "\n").first)
      #expect(
        first
          == #"{"dimension":32,"epoch":2.5,"invariance_at.0.25":0.5,"layer":"h","n":60,"rankme":8,"stable_rank":2.5,"step":10}"#
      )
    }
  }

  #if os(Linux)
    @Test func resultsThatCannotBeWrittenAreAFailureAndAReaderThatLeavesIsNone() throws {
      let program = Program.path("gnomon")
      let full = try Program.startShell("\(program) figures > /dev/full").finish()
      #expect(full.code == 1)
      #expect(
        full.error == "gnomon: error: cannot write to standard output: No space left on device\n")
      #expect(try Program.shell("\(program) figures >&-") == 1)
      #expect(try Program.shell("bash -c 'set -o pipefail; \(program) figures | head -1'") == 0)
    }
  #endif

  @Test func aFolderThatIsNotThereAndAnUnknownFormatAreRefused() throws {
    let missing = try Program.run(["metrics", "/nowhere/run"])
    #expect(missing.code == 1 && missing.error.contains("no run folder at /nowhere/run"))
    try withRun { run in
      let parent = run.url.deletingLastPathComponent().path
      let refused = try Program.run(["metrics", parent])
      #expect(refused.code == 1 && refused.error.contains("no run folder at \(parent)"))
    }
    #expect(try Program.run(["metrics", "x", "--format", "xml"]).code == 2)
  }
}
