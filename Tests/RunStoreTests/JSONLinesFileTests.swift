import Foundation
import Records
import RunStore
import TestSupport
import Testing

@Suite("A JSON Lines file")
struct JSONLinesFileTests {
  let records = (1...4).map {
    MetricRecord(step: $0 * 10, epoch: Double($0) / 3, loss: 0.1 * Double($0), extra: ["é\n": 1])
  }

  private func write(_ records: [MetricRecord], to url: URL) throws {
    let file = try JSONLinesFile(appendingTo: url)
    for record in records { try file.append(record) }
    file.close()
  }

  @Test("has sorted snake-case keys, a record a line")
  func form() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("metrics.jsonl")
      let file = try JSONLinesFile(appendingTo: url)
      try file.append(MetricRecord(step: 1, epoch: 0.5, loss: 0.1, viewsPerSecond: 2000))
      try file.append(MetricRecord(step: 2, epoch: 1, learningRate: 1e-3))
      try file.synchronize()
      try #expect(
        text(of: url) == """
          {"epoch":0.5,"loss":0.1,"step":1,"views_per_second":2000}
          {"epoch":1,"learning_rate":0.001,"step":2}

          """)
    }
  }

  @Test("gives back what was appended, over several openings, to the last bit")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      try write(Array(records[..<2]), to: run.metrics)
      try write(Array(records[2...]), to: run.metrics)
      try #expect(run.readMetrics() == records)
    }
  }

  @Test("cut at any byte reads as the records that are whole")
  func truncationAtEveryByte() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      try write(records, to: run.metrics)
      let whole = try Data(contentsOf: run.metrics)
      let newlines = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }
      for length in 0...whole.count {
        try whole.prefix(length).write(to: run.metrics)
        // A record is whole once its closing brace is there, the byte before its newline.
        let count = newlines.filter { $0 <= length }.count
        try #expect(run.readMetrics() == Array(records[..<count]), "cut at byte \(length)")
      }
    }
  }

  @Test("cut at any byte and appended to loses nothing but the unfinished record")
  func appendingAfterTruncation() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      try write(Array(records[..<2]), to: run.metrics)
      let whole = try Data(contentsOf: run.metrics)
      let newlines = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }
      for length in 0...whole.count {
        try whole.prefix(length).write(to: run.metrics)
        try write([records[3]], to: run.metrics)
        let count = newlines.filter { $0 <= length }.count
        try #expect(run.readMetrics() == records[..<count] + [records[3]], "cut at byte \(length)")
      }
    }
  }

  @Test("damaged before its end is an error that names file and line")
  func damage() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      for (content, line, reason) in [
        ("{\"step\":1,\"epoch\":0}\n{\"step\":\n{\"step\":3,\"epoch\":0}\n", 2, "not valid JSON"),
        ("{\"step\":1,\"epoch\":0}\n{\"step\":\n", 2, "not valid JSON"),
        ("\n{\"epoch\":0}\n", 2, "\"step\" is missing"),
        ("{\"step\":\"x\",\"epoch\":0}", 1, "\"step\" is not of type Int"),
      ] {
        try Data(content.utf8).write(to: run.metrics)
        #expect(
          throws: RunStoreError.damaged(path: run.metrics.path, line: line, reason: reason)
        ) {
          try run.readMetrics()
        }
      }
    }
  }

  @Test("keeps the records up to a step when a run resumes from it, byte for byte")
  func truncateAfterStep() throws {
    try withTemporaryFolder { folder in
      let run = RunFolder(path: folder.path)
      try write(records, to: run.metrics)
      let before = try Data(contentsOf: run.metrics)
      let file = try JSONLinesFile(appendingTo: run.metrics)
      try file.truncate(afterStep: 40)
      try #expect(Data(contentsOf: run.metrics) == before)
      try file.truncate(afterStep: 25)
      try #expect(run.readMetrics() == Array(records[..<2]))
      try file.append(records[2])
      try file.append(records[3])
      try #expect(Data(contentsOf: run.metrics) == before)
      try file.truncate(afterStep: 0)
      try #expect(Data(contentsOf: run.metrics).isEmpty)
      try #expect(contents(of: folder) == ["metrics.jsonl"])
    }
  }

  @Test("on a full disk says so in one line")
  func fullDisk() throws {
    try #require(FileManager.default.fileExists(atPath: "/dev/full"))
    let file = try JSONLinesFile(appendingTo: URL(fileURLWithPath: "/dev/full"))
    #expect(throws: RunStoreError.diskFull(path: "/dev/full")) { try file.append(records[0]) }
  }

  @Test("that cannot be opened, or was closed, says so in one line")
  func unwritable() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("absent/metrics.jsonl")
      #expect(
        throws: RunStoreError.unwritable(path: url.path, reason: "No such file or directory")
      ) {
        _ = try JSONLinesFile(appendingTo: url)
      }
      let closed = try JSONLinesFile(appendingTo: folder.appendingPathComponent("metrics.jsonl"))
      closed.close()
      #expect(throws: RunStoreError.self) { try closed.append(records[0]) }
    }
  }

  @Test("refuses a record that JSON cannot hold and stays as it was")
  func notRepresentable() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.jsonl")
      let file = try JSONLinesFile(appendingTo: url)
      try file.append(["a": 1.0])
      let error = #expect(throws: RunStoreError.self) { try file.append(["a": Double.nan]) }
      #expect(error?.description.contains("cannot hold nan") == true)
      try #expect(text(of: url) == "{\"a\":1}\n")
    }
  }
}
