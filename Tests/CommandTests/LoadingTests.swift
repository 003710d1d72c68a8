import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct LoadingTests {
  @Test func aRunThatReadsItsImagesNamesThoseThatItCannotAndAStrictOneStops() throws {
    try withTemporaryFolder { folder in
      let photos = folder.appendingPathComponent("photos")
      try Photos.make(in: photos)
      let damaged = photos.appendingPathComponent("cats/none.png")
      try Data("none".utf8).write(to: damaged)
      let arguments = [
        "train", "--dataset", "folder", "--data", photos.path, "--image-size", "16", "--width", "4",
        "--head", "mlp:16-8", "--batch-size", "16", "--threads", "1", "--epochs", "1", "--loading",
        "stream", "--read-ahead", "1",
      ]
      let run = folder.appendingPathComponent("run").path
      let result = try Program.run(arguments + ["--output", run])
      #expect(result.code == 0, "\(result.error)")
      let reason = "not a PNG, JPEG, WebP, GIF, BMP or TIFF file"
      let warning = "skipped \(damaged.path): \(reason); another image takes its place"
      #expect(result.errorLines.count { $0.contains(warning) } == 1, "\(result.error)")
      let listed = try text(of: URL(fileURLWithPath: "\(run)/skipped-files.txt"))
      #expect(listed == "\(damaged.path)\t\(reason)\n")
      #expect(try Program.run(["probe", run]).code == 0)

      let strict = folder.appendingPathComponent("strict").path
      let refused = try Program.run(arguments + ["--strict", "--quiet", "--output", strict])
      #expect(refused.code == 1 && refused.errorLines.count == 1, "\(refused.error)")
      #expect(refused.error.hasPrefix("gnomon: error: \(damaged.path): \(reason); "))
    }
  }
}
