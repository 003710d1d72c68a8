import Foundation
import TensorBoardLog
import TestSupport
import Testing

@Suite struct EventFileTests {
  @Test func whatWasWrittenIsReadBack() throws {
    try withTemporaryFolder { folder in
      let histogram = try #require(Histogram(of: [-2, -1, 0.5]))
      let values = [
        TaggedValue("train/loss", .scalar(0.5)),
        TaggedValue("views", .image(png: Data([1, 2, 3]), width: 30, height: 20)),
        TaggedValue("spectrum/h", .histogram(histogram)),
      ]
      let writer = try EventFileWriter(in: folder)
      try writer.write(values, step: 7)
      try writer.write([TaggedValue("train/loss", .scalar(.nan))], step: 8)
      try writer.synchronize()
      let events = try EventFiles.events(of: writer.url)
      #expect(events.map(\.step) == [7])
      #expect(events.map(\.content) == [.values(values)])
    }
  }

  @Test func aLaterWriterBeginsALaterFileAndSaysFromWhichStep() throws {
    try withTemporaryFolder { folder in
      for step in [0, 11, 6] {
        let writer = try EventFileWriter(in: folder, from: step)
        try writer.write([TaggedValue("loss", .scalar(1))], step: step)
      }
      let files = EventFiles.urls(in: folder)
      #expect(files.count == 3)
      let events = try files.map(EventFiles.events)
      #expect(events.map { $0.map(\.step) } == [[0], [11, 11], [6, 6]])
      #expect(events.map { $0.first?.content == .start } == [false, true, true])
    }
  }

  @Test func aFileThatWasCutOffIsReadUpToThere() throws {
    try withTemporaryFolder { folder in
      let writer = try EventFileWriter(in: folder)
      for step in 1...3 { try writer.write([TaggedValue("loss", .scalar(1))], step: step) }
      let whole = try Data(contentsOf: writer.url)
      try whole.dropLast(5).write(to: writer.url)
      #expect(try EventFiles.events(of: writer.url).map(\.step) == [1, 2])
      var damaged = whole
      damaged[whole.count / 2] ^= 1
      try damaged.write(to: writer.url)
      #expect(throws: TensorBoardLogError.damaged(path: writer.url.path)) {
        try EventFiles.events(of: writer.url)
      }
    }
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("file")
      try Data().write(to: file)
      let error = #expect(throws: TensorBoardLogError.self) { try EventFileWriter(in: file) }
      #expect(error?.description.hasPrefix("cannot write \(file.path)") == true)
    }
  }

  @Test func aHistogramCountsEveryFiniteNumberOnce() throws {
    let histogram = try #require(Histogram(of: [0, 1, 2, 3, 4, .nan, -.infinity], bucketCount: 2))
    #expect(histogram.limits == [2, 4] && histogram.counts == [2, 3])
    #expect(histogram.sum == 10 && histogram.sumOfSquares == 30)
    let equal = try #require(Histogram(of: [3, 3]))
    #expect(equal.limits == [3] && equal.counts == [2])
    #expect(Histogram(of: [.nan]) == nil)
  }
}
