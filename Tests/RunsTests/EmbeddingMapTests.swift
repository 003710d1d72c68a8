import Foundation
import Measures
import Records
import RunStore
import Runs
import TestSupport
import Testing
import Torch

/// The map that a run keeps of its layers.
@Suite(.serialized) struct EmbeddingMapTests {
  private func numbers<Number>(_ folder: EmbeddingMapFolder, _ part: EmbeddingMapFolder.Part)
    throws -> [Number]
  {
    try Data(contentsOf: folder.file(part)).withUnsafeBytes {
      Array($0.bindMemory(to: Number.self))
    }
  }

  @Test func aRunKeepsAMapWithPlacesFactorsImagesAndTheNearestPoints() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      let configuration = tinyRun { $0.keepEmbeddings = true }
      _ = try TrainingRun(configuration, folder: folder).run()
      let record = try #require(try folder.embeddings.read())
      #expect(record.count == 60 && record.total == 60 && record.step == 20)
      #expect(record.layers.map(\.name) == ["h", "head.1", "z"])
      #expect(record.layers.map(\.dimension) == [32, 16, 8])
      #expect(record.columns.map(\.name).starts(with: ["label", "position_x"]))
      #expect(record.neighborLayers == ["h", "z"] && record.neighbors == 8 && record.side == 16)
      for part in EmbeddingMapFolder.Part.allCases {
        let size = try Data(contentsOf: folder.embeddings.file(part)).count
        #expect(size == EmbeddingMapFolder.size(of: part, record), "\(part)")
      }
      let run = try MeasuredRun(folder) { _ in }
      let near: [Int32] = try numbers(folder.embeddings, .neighbors)
      for (place, layer) in ["h", "z"].enumerated() {
        let rows = try #require(try run.model.embeddings(of: layer))
        let width = rows.size(1)
        let values = rows.scalars(Double.self)
        for point in [0, 17, 59] {
          func distance(_ other: Int) -> Double {
            (0..<width).reduce(0) { sum, at in
              let difference = values[point * width + at] - values[other * width + at]
              return sum + difference * difference
            }
          }
          let expected = (0..<60).filter { $0 != point }.sorted { distance($0) < distance($1) }
          let start = (place * 60 + point) * 8
          #expect(near[start..<start + 8].map(Int.init) == Array(expected.prefix(8)))
        }
      }
      // As many images of 16×16 as there are, whole.
      let images: [UInt8] = try numbers(folder.embeddings, .images)
      #expect(Set(images).count > 50)
    }
  }

  @Test func ofMoreImagesARandomSampleIsMappedThatIsTheSameEachTime() throws {
    try withTemporaryFolder { parent in
      let folder = RunFolder(path: parent.appendingPathComponent("run").path)
      _ = try TrainingRun(tinyRun(), folder: folder).run()
      #expect(try folder.embeddings.read() == nil)
      let run = try MeasuredRun(folder) { _ in }
      var work: [String] = []
      let maps = try (0..<2).map { place in
        let map = EmbeddingMapFolder(path: parent.appendingPathComponent("map\(place)").path)
        try run.map(atMost: 20) { work.append($0.work) }.write(to: map)
        return map
      }
      #expect(work.contains("embedding") && work.contains("neighbours at z"))
      let record = try #require(try maps[0].read())
      #expect(record.count == 20 && record.total == 60)
      #expect(try maps[1].read() == record)
      for part in EmbeddingMapFolder.Part.allCases {
        #expect(
          try Data(contentsOf: maps[0].file(part)) == Data(contentsOf: maps[1].file(part)))
      }
    }
  }
}
