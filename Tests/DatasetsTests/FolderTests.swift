import Datasets
import Foundation
import Testing

@Suite struct FolderTests {
  /// Ten PNG and ten JPEG images in two classes; image i is uniformly i in red.
  private func twoClasses(in inner: String = "") throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for index in 0..<10 {
      let image = uniform([UInt8(10 * index), 128, 128], width: 20, height: 16)
      try folder.write(png(image), to: "\(inner)cat/image\(index).PNG")
      let kind = index % 2 == 0 ? "jpg" : "JPEG"
      try folder.write(jpeg(image), to: "\(inner)dog/deeper/image\(index).\(kind)")
    }
    return folder
  }

  private func load(
    _ folder: TemporaryFolder, strict: Bool = false, train: Int? = nil, seed: UInt64 = 0
  ) throws -> DatasetSplits {
    try DatasetRequest(
      kind: .folder, path: folder.path, imageSize: 8, trainCount: train, seed: seed, strict: strict
    ).load()
  }

  @Test func classesComeFromFoldersAndAFifthOfEachIsHeldOut() throws {
    let splits = try load(twoClasses())
    #expect(splits.train.classNames == ["cat", "dog"])
    #expect(splits.train.labels == [Int](repeating: 0, count: 8) + [Int](repeating: 1, count: 8))
    #expect(splits.heldOut.labels == [0, 0, 1, 1])
    #expect(splits.skipped.isEmpty)
    func reds(_ images: ImageDataset, label: Int) -> [Int] {
      (0..<images.count).filter { images.labels[$0] == label }
        .map { Int((Double(images.image(at: $0).first ?? 0) / 10).rounded()) }
    }
    for label in 0...1 {
      let train = reds(splits.train, label: label)
      #expect(train == train.sorted())
      #expect((train + reds(splits.heldOut, label: label)).sorted() == Array(0..<10))
    }
  }

  #if os(Linux)
    /// é as one character, and as e with an accent.
    @Test func namesThatUnicodeTakesForEqualAreTwoClasses() throws {
      let folder = try TemporaryFolder()
      let names = ["caf\u{e9}", "cafe\u{301}", "zoo"]
      for (place, name) in names.enumerated() {
        let image = try png(uniform([UInt8(100 * place), 0, 0], width: 9, height: 9))
        for index in 0..<5 { try folder.write(image, to: "\(name)/\(index).png") }
      }
      let train = try load(folder).train
      #expect(train.classNames.count == 3)
      for label in 0..<3 { #expect(train.labels.count { $0 == label } == 4) }
      for place in 0..<train.count {
        let name = names[Int(train.image(at: place).first ?? 0) / 100]
        let found = train.classNames[train.labels[place]]
        #expect(Array(found.utf8) == Array(name.utf8))
      }
    }
  #endif

  @Test func theSplitDoesNotDependOnTheSeedOrTheFolder() throws {
    let first = try load(twoClasses())
    let second = try load(twoClasses(), seed: 9)
    #expect(first.train.pixels == second.train.pixels)
    #expect(first.heldOut.pixels == second.heldOut.pixels)
  }

  @Test(arguments: ["val", "valid", "validation", "test", "testing", "Val"])
  func foldersOfSplitsAreUsed(name: String) throws {
    let folder = try twoClasses(in: "train/")
    try folder.write(png(uniform([1, 2, 3], width: 8, height: 8)), to: "\(name)/dog/a.png")
    let splits = try load(folder)
    #expect(splits.train.count == 20)
    #expect(splits.heldOut.labels == [1])
    #expect(splits.heldOut.classNames == ["cat", "dog"])
    #expect(splits.heldOut.image(at: 0).starts(with: [1, 2, 3]))
  }

  @Test func aHeldOutClassThatIsNotTrainedOnIsRefused() throws {
    let folder = try twoClasses(in: "train/")
    try folder.write(png(uniform([1, 2, 3], width: 8, height: 8)), to: "val/bird/a.png")
    let error = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(error?.problem == "class bird is not in train")
  }

  @Test func aLoneTrainFolderIsSplit() throws {
    let splits = try load(twoClasses(in: "train/"))
    #expect(splits.train.classNames == ["cat", "dog"] && splits.heldOut.count == 4)
  }

  @Test func imagesWithoutClassFoldersHaveNoLabels() throws {
    let folder = try TemporaryFolder()
    for index in 0..<5 {
      try folder.write(png(uniform([1, 2, 3], width: 8, height: 8)), to: "\(index).png")
    }
    let splits = try load(folder)
    #expect(splits.train.count == 4 && splits.heldOut.count == 1)
    #expect(splits.train.labels.isEmpty && splits.train.classNames.isEmpty)
  }

  @Test func filesThatCannotBeUsedAreSkippedAndNamed() throws {
    let folder = try twoClasses()
    let photo = jpeg(slope(width: 64, height: 64))
    try folder.write(photo[..<(photo.count / 2)], to: "cat/half.jpg")
    try folder.write("not an image", to: "cat/text.png")
    try folder.write(
      HandMadePNG(width: 100_000, height: 100_000, colorType: 2, rows: [[0]]).file,
      to: "cat/vast.png")
    try folder.write([], to: "dog/empty.jpeg")
    try folder.write("GIF89a", to: "dog/moving.gif")
    try folder.write("notes", to: "dog/readme.txt")
    try folder.write(photo, to: "loose.jpg")
    try folder.write("nothing", to: "void/readme.txt")
    let splits = try load(folder)
    let reasons = Dictionary(
      uniqueKeysWithValues: splits.skipped.map {
        (String($0.path.dropFirst(folder.path.count + 1)), $0.reason)
      })
    #expect(splits.train.count + splits.heldOut.count == 20)
    #expect(splits.skipped.map(\.path) == splits.skipped.map(\.path).sorted())
    #expect(
      reasons.keys.sorted() == [
        "cat/half.jpg", "cat/text.png", "cat/vast.png", "dog/empty.jpeg", "dog/moving.gif",
        "loose.jpg", "void",
      ])
    #expect(reasons["cat/half.jpg"]?.contains("ends before all of its rows") == true)
    #expect(reasons["cat/text.png"] == "not a PNG, JPEG, WebP, GIF, BMP or TIFF file")
    #expect(reasons["cat/vast.png"]?.hasPrefix("too large") == true)
    #expect(reasons["dog/empty.jpeg"] == "the file is empty")
    #expect(reasons["dog/moving.gif"]?.hasPrefix("damaged GIF: ") == true)
    #expect(reasons["loose.jpg"] == "beside the class folders, so without a class")
    #expect(reasons["void"] == "a folder without an image")
    #expect(
      splits.remarks == [
        "\(folder.path): passed over 2 files, hidden or of kinds that lie beside images"
      ])
  }

  @Test func strictNamesTheFirstFileThatCannotBeUsed() throws {
    let folder = try twoClasses()
    try folder.write("not an image", to: "cat/text.png")
    let error = #expect(throws: DatasetError.self) { try load(folder, strict: true) }
    #expect(
      error?.description
        == "\(folder.path)/cat/text.png: not a PNG, JPEG, WebP, GIF, BMP or TIFF file; "
        + "mend or remove it, or do not ask to be strict")
    try folder.remove("cat/text.png")
    try folder.write("GIF89a", to: "dog/moving.gif")
    let moving = #expect(throws: DatasetError.self) { try load(folder, strict: true) }
    #expect(moving?.place == "\(folder.path)/dog/moving.gif")
    #expect(moving?.problem.hasPrefix("damaged GIF: ") == true)
    try folder.remove("dog/moving.gif")
    _ = try load(folder, strict: true)
  }

  @Test func aFolderWithoutReadableImagesIsRefused() throws {
    let folder = try TemporaryFolder()
    let empty = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(empty?.problem == "no image in it")
    for index in 0..<5 { try folder.write("text", to: "cat/\(index).png") }
    let damaged = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(
      damaged?.problem.hasPrefix(
        "no readable image among the 4 of a split; the first, \(folder.path)/cat/")
        == true)
    let missing = #expect(throws: DatasetError.self) {
      try DatasetRequest(kind: .folder, path: folder.path + "/nowhere").load()
    }
    #expect(missing?.problem == "no such folder")
    let file = #expect(throws: DatasetError.self) {
      try DatasetRequest(kind: .folder, path: folder.path + "/cat/0.png").load()
    }
    #expect(file?.problem == "a file, where a folder is needed")
  }

  @Test func classesWhoseNamesAreLongNumbersAreNumberedFromZero() throws {
    let folder = try TemporaryFolder()
    for name in ["4000000000", "9223372036854775807", "99999999999999999999"] {
      for index in 0..<2 {
        try folder.write(
          png(uniform([1, 2, 3], width: 8, height: 8)), to: "\(name)/\(index).png")
      }
    }
    let splits = try load(folder)
    #expect(splits.train.labels == [0, 1, 2] && splits.heldOut.labels == [0, 1, 2])
  }

  @Test func linksAndHiddenFilesAndPipesAreHandled() throws {
    let folder = try twoClasses()
    let elsewhere = try TemporaryFolder()
    try elsewhere.write(png(uniform([1, 2, 3], width: 8, height: 8)), to: "a.png")
    try elsewhere.write(png(uniform([1, 2, 3], width: 8, height: 8)), to: "b.png")
    let files = FileManager.default
    func link(_ name: String, to target: String) throws {
      try files.createSymbolicLink(
        atPath: folder.path + "/" + name, withDestinationPath: target)
    }
    try link("linked", to: elsewhere.path)
    try link("cat/zlink.png", to: elsewhere.path + "/a.png")
    try link("cat/gone.png", to: elsewhere.path + "/nowhere.png")
    try link("cat/circle", to: folder.path)
    try folder.write("hidden", to: "cat/.hidden.png")
    try folder.write("hidden", to: ".cache/a.png")
    #expect(mkfifo(folder.path + "/cat/pipe.png", 0o600) == 0)
    let splits = try load(folder)
    #expect(splits.train.classNames == ["cat", "dog", "linked"])
    #expect(splits.train.count + splits.heldOut.count == 20 + 1 + 2)
    #expect(
      splits.skipped.map { $0.path.dropFirst(folder.path.count + 1) }
        == ["cat/circle", "cat/gone.png", "cat/pipe.png"])
    #expect(splits.remarks.map { $0.contains("passed over 2 files, hidden") } == [true])
  }

  @Test func linksToFoldersAreFollowedOnce() throws {
    let folder = try twoClasses()
    let elsewhere = try TemporaryFolder()
    try elsewhere.write(png(uniform([1, 2, 3], width: 8, height: 8)), to: "deep/a.png")
    let files = FileManager.default
    for (name, target) in [
      ("cat/far", elsewhere.path), ("cat/again", elsewhere.path + "/deep"),
      ("dog/a-link", folder.path + "/dog/deeper"),
    ] {
      try files.createSymbolicLink(atPath: folder.path + "/" + name, withDestinationPath: target)
    }
    let splits = try load(folder)
    #expect(splits.train.count + splits.heldOut.count == 21)
    #expect(
      splits.skipped.map { $0.path.dropFirst(folder.path.count + 1) }
        == ["cat/far/deep", "dog/a-link"])
    #expect(
      splits.skipped.allSatisfy {
        $0.reason == "a link to a folder that is read already or holds the link"
      })
  }

  @Test func namesThatAreNoTextAreRead() throws {
    let folder = try twoClasses()
    let image = try png(uniform([1, 2, 3], width: 8, height: 8))
    func write(_ bytes: [UInt8], _ name: [UInt8]) throws {
      let path = (Array("\(folder.path)/".utf8) + name + [0]).map(CChar.init(bitPattern:))
      let descriptor = open(path, O_CREAT | O_WRONLY, 0o600)
      try #require(descriptor >= 0)
      #expect(Foundation.write(descriptor, bytes, bytes.count) == bytes.count)
      close(descriptor)
    }
    let class0 = (Array("\(folder.path)/".utf8) + [0xE9, 0]).map(CChar.init(bitPattern:))
    #expect(mkdir(class0, 0o700) == 0)
    try write(image, Array("cat/".utf8) + [0xFF, 0xFE] + Array(".png".utf8))
    try write(image, [0xE9] + Array("/a.png".utf8))
    try write(Array("text".utf8), [0xE9] + Array("/été".utf8) + [0xC3] + Array(".png".utf8))
    let splits = try load(folder)
    #expect(splits.train.count + splits.heldOut.count == 20 + 2)
    #expect(splits.train.classNames == ["cat", "dog", "\\xE9"])
    #expect(splits.skipped.map(\.path) == ["\(folder.path)/\\xE9/été\\xC3.png"])
  }

  @Test func filesAreWhatTheyHoldWhateverTheyAreCalled() throws {
    let folder = try TemporaryFolder()
    let photo = jpeg(uniform([9, 9, 9], width: 8, height: 8))
    let names = ["a.jfif", "b.jpe", "c.JPG_large", "d", "e.txt", "f.jpg?size=2", "g.png", "h.dat"]
    for name in names { try folder.write(photo, to: "cat/" + name) }
    try folder.write(ImageFixtures.file("lossy.webp"), to: "cat/i.jpg")
    try folder.write("# Notes", to: "cat/notes.md")
    try folder.write("binary", to: "cat/model")
    try folder.write("....ftypheic....", to: "cat/phone.HEIC")
    let splits = try load(folder)
    #expect(splits.train.count + splits.heldOut.count == names.count + 1)
    #expect(
      splits.skipped.map(\.reason) == [
        "not a PNG, JPEG, WebP, GIF, BMP or TIFF file", "a HEIF file; convert it to PNG or JPEG",
      ])
    #expect(splits.remarks.map { $0.contains("passed over 1 file,") } == [true])
  }

  @Test func theMiddleSquareIsTakenAndResized() throws {
    let folder = try TemporaryFolder()
    // Red, then green in the middle square, then blue.
    let pixels = (0..<16).flatMap { _ in
      (0..<32).flatMap { column in
        column < 8 ? [255, 0, 0] : column < 24 ? [0, 255, 0] : [0, 0, 255] as [UInt8]
      }
    }
    for index in 0..<2 {
      try folder.write(
        png(RGBImage(width: 32, height: 16, pixels: pixels)), to: "cat/\(index).png")
    }
    let train = try load(folder).train
    #expect(Array(train.image(at: 0)) == uniform([0, 255, 0], width: 8, height: 8).pixels)
  }

  @Test func aLimitDrawsBySeedAndReplacesDamagedFiles() throws {
    let folder = try twoClasses()
    let first = try load(folder, train: 6)
    #expect(first.train.count == 6 && first.train.labels.count == 6)
    #expect(first.heldOut.count == 4)
    #expect(first.train.pixels == (try load(folder, train: 6)).train.pixels)
    #expect(first.train.pixels != (try load(folder, train: 6, seed: 1)).train.pixels)
    for index in 0..<20 { try folder.write("text", to: "cat/broken\(index).png") }
    let second = try load(folder, train: 12)
    #expect(second.train.count == 12)
    #expect(try load(folder, train: 1_000_000).train.count < 20)
  }
}
