import Foundation
import TensorBoardLog
import TestSupport
import Testing

@Suite struct EmbeddingProjectionTests {
  private func projection(labels: [String]) -> EmbeddingProjection {
    EmbeddingProjection(
      count: 2,
      layers: [.init(name: "h", numbers: [1, 2.5, -3, 0.1, 1e-8, 6], dimension: 3)],
      columns: [.init(name: "image", texts: ["4", "9"]), .init(name: "label", texts: labels)],
      sprite: .init(png: Data([7]), side: 16))
  }

  @Test func theProjectorsFilesAreWrittenAsItReadsThem() throws {
    try withTemporaryFolder { folder in
      try projection(labels: ["cat", "a\tb\nc"]).write(to: folder)
      let files = folder.appendingPathComponent("projector")
      #expect(try contents(of: files) == ["h.tsv", "metadata.tsv", "sprite.png"])
      // The shortest texts that read back to the same bits.
      let rows = try text(of: files.appendingPathComponent("h.tsv")).split(separator: "\n")
      #expect(
        rows.map { $0.split(separator: "\t").compactMap { Float($0) } }
          == [[1, 2.5, -3], [0.1, 1e-8, 6]])
      #expect(
        try text(of: files.appendingPathComponent("metadata.tsv"))
          == "image\tlabel\n4\tcat\n9\ta b c\n")
      let configuration = try text(of: folder.appendingPathComponent("projector_config.pbtxt"))
      for line in [
        "tensor_name: \"h\"", "tensor_path: \"projector/h.tsv\"",
        "metadata_path: \"projector/metadata.tsv\"", "image_path: \"projector/sprite.png\"",
      ] {
        #expect(configuration.contains(line), "\(line)")
      }
    }
  }

  @Test func whatDoesNotFitThePointsIsRefused() throws {
    try withTemporaryFolder { folder in
      #expect(throws: TensorBoardLogError.rowCount(name: "label", rows: 1, expected: 2)) {
        try projection(labels: ["cat"]).write(to: folder)
      }
      var ragged = projection(labels: ["cat", "dog"])
      ragged.layers[0].numbers.removeLast()
      #expect(throws: TensorBoardLogError.ragged(name: "h", numbers: 5, dimension: 3)) {
        try ragged.write(to: folder)
      }
    }
  }
}
