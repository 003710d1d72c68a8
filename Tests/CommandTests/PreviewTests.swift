import Foundation
import TestSupport
import Testing

/// `gnomon preview` as a user runs it.
@Suite struct PreviewTests {
  private func preview(_ arguments: [String]) throws -> Program.Result {
    try Program.run(["preview", "--rows", "2", "--image-size", "16"] + arguments)
  }

  private func expectUsageError(_ arguments: [String], saying part: String) throws {
    let result = try preview(arguments)
    #expect(result.code == 2, "\(arguments): \(result.error)")
    #expect(result.error.hasPrefix("gnomon: error: ") && result.errorLines.count == 1)
    #expect(result.error.contains(part), "\(result.error)")
  }

  /// Width and height, which a PNG file states at fixed places.
  private func size(ofPNG file: Data) -> [Int] {
    [16, 20].map { offset in
      file.dropFirst(offset).prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }
  }

  @Test func aPictureHasARowAnImageAndAColumnAStrengthOrGenerator() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("sheet.png")
      let views = try preview(["--strengths", "0, 1", "--output", file.path])
      #expect(views.code == 0, "\(views.error)")
      #expect(views.error.contains("columns: image · s = 0.0 · s = 1.0\n"))
      // 16 pixels and 2 between them, six times larger.
      #expect(size(ofPNG: try Data(contentsOf: file)) == [6 * (3 * 18 + 2), 6 * (2 * 18 + 2)])

      let both = try preview(
        ["--policy", "byol", "--generators", "--strengths", "1", "--output", file.path])
      #expect(both.error.contains("image · s = 1.0, view 0 · s = 1.0, view 1 · translation_x 0.2"))
      #expect(size(ofPNG: try Data(contentsOf: file))[0] == 6 * (14 * 18 + 2))
    }
  }

  @Test func aPageHoldsItsPicturesAndNamesItsColumns() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("sheet.html")
      let result = try preview(["--generators", "--output", file.path])
      #expect(result.code == 0, "\(result.error)")
      let page = try String(contentsOf: file, encoding: .utf8)
      #expect(page.components(separatedBy: "src=\"data:image/png;base64,").count == 3)
      #expect(page.contains("<li>s = 0.25</li>") && page.contains("<li>hue 0.15</li>"))
      #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"))
    }
  }

  @Test func aPolicyOfAConfigurationFileIsShown() throws {
    try withTemporaryFolder { folder in
      let config = folder.appendingPathComponent("mine.yaml")
      let file = folder.appendingPathComponent("sheet.html")
      try Data("policy: {name: '<mine>', rotation: {range: [-1, 1]}}\n".utf8).write(to: config)
      let result = try preview(["--config", config.path, "--output", file.path])
      #expect(result.code == 0, "\(result.error)")
      let page = try String(contentsOf: file, encoding: .utf8)
      #expect(page.contains("<h1>Policy &lt;mine&gt;</h1>"))
      try Data("policy: {rotatoin: {range: [-1, 1]}}\n".utf8).write(to: config)
      try expectUsageError(["--config", config.path], saying: "did you mean 'rotation'?")
    }
  }

  @Test(arguments: ["-1", "nan", "2.1", "half", "", "0,,1", "0;1"])
  func strengthsThatAreNoneAreRefused(_ strengths: String) throws {
    try expectUsageError(["--strengths=\(strengths)"], saying: "--strengths")
  }

  @Test func wrongUsageIsOneLineAndExitCode2() throws {
    try expectUsageError(["--policy", "simclrr"], saying: "did you mean 'simclr'?")
    try expectUsageError(["--dataset", "cifar11"], saying: "cifar10")
    try expectUsageError(["--dataset", "folder"], saying: "--data")
    try expectUsageError(["--rows", "0"], saying: "--rows")
    try expectUsageError(["--seed", "-1"], saying: "--seed")
    try expectUsageError(["--output", "sheet.jpg"], saying: ".png")
    try expectUsageError(
      ["--rows", "64", "--image-size", "1024", "--generators"], saying: "--image-size")
  }
}
