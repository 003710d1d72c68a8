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
