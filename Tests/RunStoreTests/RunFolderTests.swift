import Foundation
import Records
import RunStore
import TestSupport
import Testing

@Suite("A run folder")
struct RunFolderTests {
  let summary = RunSummary(
    name: "demo", config: ["strength": 0.5, "path": "a/b"], epochs: 2, steps: 128, finalLoss: 1.5,
    layers: [LayerFigures(layer: "h", n: 10, dimension: 4, values: ["rankme": 3.5])])

  @Test("knows where its files are, however its path is written")
  func places() {
    for path in ["/tmp/runs/demo", "/tmp/runs/demo/", "/tmp/runs/./demo"] {
      let run = RunFolder(path: path)
      #expect(run.name == "demo")
      #expect(run.summary.lastPathComponent == "summary.json")
      #expect(run.config.lastPathComponent == "config.yaml")
      #expect(run.metrics.lastPathComponent == "metrics.jsonl")
      #expect(run.geometry.lastPathComponent == "geometry.jsonl")
      #expect(run.checkpoints.lastPathComponent == "checkpoints")
      #expect(run.views.lastPathComponent == "views.png")
      #expect(run.report.lastPathComponent == "report.html")
      #expect(run.report.deletingLastPathComponent().lastPathComponent == "demo")
    }
  }

  @Test("is called by its folder's name also when the path is a dot")
  func dot() {
    let working = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    #expect(RunFolder(path: ".").name == working.lastPathComponent)
  }

  @Test("is made with its checkpoints, and making it again is fine")
  func creation() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.appendingPathComponent("runs/new").path)
      #expect(!run.exists)
      try run.create()
      try run.create()
      #expect(run.exists)
      #expect(FileManager.default.fileExists(atPath: run.checkpoints.path))
    }
  }

  @Test("that cannot be made says why in one line")
  func creationFails() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: folder.appendingPathComponent("plain"))
      let run = RunFolder(path: folder.appendingPathComponent("plain/run").path)
      let error = #expect(throws: RunStoreError.self) { try run.create() }
      #expect(error?.description.contains("Not a directory") == true)
      #expect(error?.description.contains("\n") == false)
    }
  }

  @Test("with nothing in it yet has no records and no summary")
  func empty() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      try #expect(run.readMetrics().isEmpty)
      try #expect(run.readGeometry().isEmpty)
      try #expect(run.readSummary() == nil)
    }
  }

  @Test("gives its summary back")
  func summaryRoundTrip() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      try run.write(summary)
      try #expect(run.readSummary() == summary)
      let written = try text(of: run.summary)
      #expect(written.hasSuffix("}\n"))
      #expect(written.contains("\"a/b\""))
    }
  }

  @Test("gives its geometry back")
  func geometryRoundTrip() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      let records = ["h", "z"].map {
        GeometryRecord(
          step: 64, epoch: 1,
          figures: LayerFigures(layer: $0, n: 9, dimension: 4, values: ["alpha": 1.2]))
      }
      let file = try JSONLinesFile(appendingTo: run.geometry)
      for record in records { try file.append(record) }
      try #expect(run.readGeometry() == records)
    }
  }

  @Test("with a damaged summary says what is wrong with it in one line")
  func damagedSummary() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      for (content, reason) in [
        ("{\"schema\": 1,", "not valid JSON"),
        ("", "not valid JSON"),
        ("{\"schema\": 1}", "\"name\" is missing"),
        ("{\"schema\": \"1\"}", "\"schema\" is not of type Int"),
      ] {
        try Data(content.utf8).write(to: run.summary)
        #expect(
          throws: RunStoreError.damaged(path: run.summary.path, line: nil, reason: reason)
        ) {
          try run.readSummary()
        }
      }
    }
  }

  @Test("from a newer program asks for a newer program")
  func newerSchema() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      try Data("{\"schema\": 2, \"runs\": []}".utf8).write(to: run.summary)
      let error = #expect(throws: RunStoreError.self) { try run.readSummary() }
      #expect(error == .newerSchema(path: run.summary.path, schema: 2, known: 1))
      #expect(
        error?.description
          == "\(run.summary.path) has schema 2 and this program knows 1")
    }
  }

  @Test("with a folder where a file belongs says so")
  func folderForFile() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      try FileManager.default.createDirectory(at: run.metrics, withIntermediateDirectories: true)
      #expect(
        throws: RunStoreError.unreadable(path: run.metrics.path, reason: "not a regular file")
      ) {
        try run.readMetrics()
      }
    }
  }
}
