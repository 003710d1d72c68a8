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
      let probed = try Program.run(["probe", run])
      #expect(probed.code == 0)
      #expect(
        probed.error.contains("warning: skipped \(damaged.path): \(reason)"), "\(probed.error)")

      let strict = folder.appendingPathComponent("strict").path
      let refused = try Program.run(arguments + ["--strict", "--quiet", "--output", strict])
      #expect(refused.code == 1 && refused.errorLines.count == 1, "\(refused.error)")
      #expect(refused.error.hasPrefix("gnomon: error: \(damaged.path): \(reason); "))
    }
  }

  @Test func noImageThatCouldNotBeReadGoesOutWithoutAWord() throws {
    try withTemporaryFolder { folder in
      let photos = folder.appendingPathComponent("photos")
      try Photos.make(in: photos)
      let config = folder.appendingPathComponent("stream.yaml")
      try Data("loading: stream\n".utf8).write(to: config)
      let data = ["--config", config.path, "--dataset", "folder", "--data", photos.path]
      let run = folder.appendingPathComponent("run").path
      let trained = try Program.run(
        ["train", "--image-size", "16", "--width", "4", "--head", "mlp:16-8", "--batch-size", "16"]
          + ["--threads", "1", "--steps", "1", "--quiet", "--output", run] + data)
      #expect(trained.code == 0, "\(trained.error)")
      let outputs = ["h.npy", "sheet.png"].map { folder.appendingPathComponent($0).path }
      let commands = [
        ["export", run, "--embeddings", "h", "--output", outputs[0]],
        ["preview", "--image-size", "16", "--output", outputs[1]] + data,
      ]
      // Half of a class, in whose places the others go; then all of it.
      for (files, code) in [(0..<30, 0), (30..<60, 1)] as [(Range<Int>, Int32)] {
        for file in files {
          try Data("none".utf8).write(to: photos.appendingPathComponent("cats/\(file).png"))
        }
        for (command, output) in zip(commands, outputs) {
          try? FileManager.default.removeItem(atPath: output)
          let result = try Program.run(command)
          #expect(result.code == code, "\(command): \(result.error)")
          #expect(result.error.contains("\(photos.path)/cats/"), "\(result.error)")
          #expect(result.error.contains("warning: skipped ") == (code == 0), "\(result.error)")
          #expect(FileManager.default.fileExists(atPath: output) == (code == 0))
        }
      }
    }
  }
}
