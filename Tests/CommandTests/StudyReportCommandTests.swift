import Foundation
import TestSupport
import Testing

@Suite("gnomon report of a study")
struct StudyReportCommandTests {
  private func writeStudy(in folder: URL) throws {
    let record = """
      {"schema": 1, "name": "tiny", "axes": [{"key": "seed", "values": [1]}], "claims": [],
       "runs": [{"key": "a", "settings": {"seed": 1}, "status": "pending"}]}
      """
    try Data(record.utf8).write(to: folder.appendingPathComponent("study.json"))
  }

  @Test("writes the study's page into its folder, or where --output says")
  func page() throws {
    try withTemporaryFolder { folder in
      try writeStudy(in: folder)
      let plain = try Program.run(["report", folder.path])
      #expect(plain.code == 0, "\(plain.error)")
      let own = folder.appendingPathComponent("report.html")
      #expect(plain.error.contains(own.path))
      #expect(try String(contentsOf: own, encoding: .utf8).contains("Gnomon study"))
      let other = folder.appendingPathComponent("other.html").path
      #expect(try Program.run(["report", folder.path, "--output", other]).code == 0)
      #expect(FileManager.default.fileExists(atPath: other))
    }
  }

  @Test(
    "--figure is refused in one line: without a study, for a claim, width or file that cannot be")
  func figures() throws {
    try withTemporaryFolder { folder in
      try writeStudy(in: folder)
      func refusal(_ arguments: String..., code: Int32 = 2) throws -> String {
        let ran = try Program.run(["report"] + arguments)
        #expect(ran.code == code, "\(ran.error)")
        return ran.error
      }
      let study = folder.path
      #expect(try refusal(study, "--figure", "rank").contains("has no claim 'rank'; it has none"))
      #expect(try refusal("/nonexistent", "--figure", "rank").contains("--figure takes a study"))
      #expect(try refusal(study, "--width", "85mm").contains("--width goes with --figure"))
      #expect(
        try refusal(study, "--figure", "a", "--width", "1mm").contains("use 30mm to 600mm"))
      #expect(
        try refusal(study, "--figure", "a", "--output", "a.gif").contains(".svg, .pdf or .png"))
    }
  }

  @Test("--figure draws one claim, or says in one line what to install")
  func image() throws {
    try withTemporaryFolder { folder in
      let record = """
        {"schema": 2, "name": "tiny", "axes": [{"key": "seed", "values": [1, 2]}], "claims": [
          {"id": "a/b", "statement": "It is.", "statistic": "h.rankme", "direction": 1,
           "formula": "h.rankme", "seeds": [1, 2], "effects": [3, 4], "effect": 3.5,
           "verdict": "too few seeds", "points": [
             {"run": "a", "seed": 1, "setting": null, "value": 3},
             {"run": "b", "seed": 2, "setting": null, "value": 4}]}],
         "runs": []}
        """
      try Data(record.utf8).write(to: folder.appendingPathComponent("study.json"))
      let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      let isThere = folders.contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/chromium")
      }
      if isThere {
        let drawn = try Program.run(["report", folder.path, "--figure", "a/b"])
        #expect(drawn.code == 0, "\(drawn.error)")
        let file = folder.appendingPathComponent("a_b.svg")
        #expect(try String(contentsOf: file, encoding: .utf8).contains("RankMe of h (directions)"))
      }
      let bare = try Program.startShell(
        "PATH=/nonexistent GNOMON_BROWSER= '\(Program.path("gnomon"))' report '\(folder.path)' --figure a/b"
      ).finish()
      #expect(bare.code == 1 && bare.errorLines.count == 1)
      #expect(bare.error.contains("install one (apt install chromium"))
    }
  }

  @Test("is refused beside other folders, and for a record that is damaged")
  func refusals() throws {
    try withTemporaryFolder { folder in
      try writeStudy(in: folder)
      let two = try Program.run(["report", folder.path, "/nonexistent-run", "--output", "x.html"])
      #expect(two.code == 2 && two.errorLines.count == 1)
      #expect(two.error.contains("is a study"))
      try Data("{".utf8).write(to: folder.appendingPathComponent("study.json"))
      let damaged = try Program.run(["report", folder.path])
      #expect(damaged.code == 1 && damaged.errorLines.count == 1)
      #expect(damaged.error.contains("study.json is damaged"))
    }
  }
}
