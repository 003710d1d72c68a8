import Datasets
import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct DataConvertTests {
  private let small = [
    "--width", "4", "--head", "mlp:16-8", "--batch-size", "16", "--threads", "1", "--steps", "4",
    "--quiet", "--json",
  ]

  private func layers(_ arguments: [String]) throws -> NSDictionary {
    let result = try Program.run(["train"] + arguments + small)
    #expect(result.code == 0, "\(result.error)")
    return try #require(try result.json()["layers"] as? NSDictionary)
  }

  @Test func aRunOnPackedImagesIsTheRunOnTheirFilesAtTheirSize() throws {
    try withTemporaryFolder { folder in
      let photos = folder.appendingPathComponent("photos")
      try Photos.make(in: photos)
      try Data("none".utf8).write(to: photos.appendingPathComponent("cats/none.png"))
      let file = folder.appendingPathComponent("photos.gnomon").path
      let converted = try Program.run([
        "data", "convert", "--dataset", "folder", "--data", photos.path, "--image-size", "16",
        "--output", file,
      ])
      #expect(converted.code == 0 && converted.output.isEmpty)
      #expect(
        converted.error.contains("wrote \(file): 96 train, 24 held-out images of 16×16, 0.1 MB"),
        "\(converted.error)")
      #expect(converted.error.contains("warning: skipped 1 file"))
      let runs = ["packed", "folder"].map { folder.appendingPathComponent($0).path }
      let packed = try layers(["--dataset", "packed", "--data", file, "--output", runs[0]])
      let files = try layers([
        "--dataset", "folder", "--data", photos.path, "--image-size", "16", "--output", runs[1],
      ])
      #expect(packed == files)
      let configuration = try text(of: URL(fileURLWithPath: "\(runs[0])/config.yaml"))
      #expect(configuration.contains("image_size: 16\n"))
    }
  }

  @Test func wrongUseIsOneLineAndLeavesWhatIsThere() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("a.gnomon").path
      let sprites = ["--train-count", "20", "--held-out-count", "10", "--image-size", "8"]
      #expect(
        try Program.run(["data", "convert", "--output", file, "--quiet"] + sprites).code == 0)
      let before = try Data(contentsOf: URL(fileURLWithPath: file))
      for (arguments, code) in [
        (["--dataset", "packed", "--data", file, "--output", file], 2),
        (["--dataset", "folder", "--output", file], 2),
        (["--image-size", "4", "--output", file], 2),
        (["--dataset", "packed", "--data", "/dev/null", "--output", file], 1),
        (sprites + ["--output", "/dev/full"], 1), (sprites + ["--output", folder.path], 1),
        (sprites + ["--output", file + "/b"], 1),
      ] as [([String], Int32)] {
        let result = try Program.run(["data", "convert"] + arguments)
        #expect(result.code == code, "\(arguments): \(result.error)")
        #expect(result.errorLines.last?.hasPrefix("gnomon: error: ") == true)
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before)
      #expect(try contents(of: folder) == ["a.gnomon"])
    }
  }

  @Test(arguments: [SIGINT, SIGKILL])
  func aConversionThatIsEndedLeavesNothingAtItsName(signal: Int32) throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("large.gnomon").path
      let source = folder.appendingPathComponent("source.gnomon").path
      let sprites = ["--train-count", "1200", "--held-out-count", "10", "--image-size", "8"]
      #expect(
        try Program.run(["data", "convert", "--quiet", "--output", source] + sprites).code == 0)
      let process = try Program.start([
        "data", "convert", "--dataset", "packed", "--data", source, "--image-size", "96",
        "--output", file,
      ])
      try Program.wait(upTo: 240) { (try? contents(of: folder).count) == 2 }
      kill(process.identifier, signal)
      let result = try process.finish()
      #expect(signal == SIGKILL || result.code == (signal == SIGINT ? 130 : 75), "\(result.error)")
      #expect(!FileManager.default.fileExists(atPath: file))
      // What a killed one left goes when the next begins.
      #expect(
        try Program.run(["data", "convert", "--quiet", "--output", source] + sprites).code == 0)
      #expect(try contents(of: folder) == ["source.gnomon"])
    }
  }
}
