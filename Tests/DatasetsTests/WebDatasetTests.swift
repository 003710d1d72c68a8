import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct WebDatasetTests {
  private func load(_ path: String, strict: Bool = false) throws -> DatasetSplits {
    try DatasetRequest(kind: .webDataset, path: path, imageSize: 8, strict: strict).load()
  }

  private func expectSmall(_ path: String) throws {
    let splits = try load(path)
    expectImages(splits.train, 0..<3, side: 8)
    expectImages(splits.heldOut, 3..<5, side: 8)
    #expect(splits.train.labels == [1, 0, 2] && splits.heldOut.labels == [1, 2])
    #expect(splits.train.classNames == ["0", "1", "2"])
    #expect(splits.skipped.count == 1 && splits.skipped[0].reason == "a sample without an image")
    #expect(splits.skipped[0].path.hasSuffix("small-train-000.tar (a/002)"))
  }

  @Test func shardsOfAFolderArePlainOrCompressed() throws {
    try expectSmall(fixture("datasets/shards"))
  }

  @Test(arguments: [
    "{small-train-{000..001}.tar,small-val-000.tar.gz}", "*", "small-{train,val}-*.tar*",
    "small-?[ra]*-00[01].tar*",
  ])
  func patternsNameShards(pattern: String) throws {
    try expectSmall(fixture("datasets/shards") + "/" + pattern)
  }

  @Test func aSampleWithoutAnImageIsAnErrorForAStrictRequest() throws {
    let error = #expect(throws: DatasetError.self) {
      try load(fixture("datasets/shards"), strict: true)
    }
    #expect(error?.problem == "a sample without an image")
  }

  @Test func shardsOfOtherFilesSayWhatTheyAreOf() throws {
    let folder = try TemporaryFolder()
    for name in ["one.heic", "two.tif.txt", "none"] { try folder.write("text", to: name) }
    let tar = folder.path + "/all.tar"
    #expect(
      try shell("tar -cf '\(tar)' -C '\(folder.path)' one.heic two.tif.txt none") == 0)
    let error = #expect(throws: DatasetError.self) { try load(tar) }
    #expect(error?.problem == "no image in it: its members end in ., .heic, .tif.txt")
  }

  @Test func imagesOfOtherFormatsThanWebDatasetsOwnAreRead() throws {
    let folder = try TemporaryFolder()
    for (name, image) in [
      ("0.bmp", "rgb-32.bmp"), ("1.gif", "plain.gif"), ("2.tif", "rgb-raw.tiff"),
    ] {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: fixture("images/" + image)))
      try folder.write(bytes, to: name)
      try folder.write("7", to: name.prefix(2) + "cls")
    }
    let tar = folder.path + "/all.tar"
    #expect(
      try shell("cd '\(folder.path)' && tar -cf all.tar 0.bmp 0.cls 1.gif 1.cls 2.tif 2.cls") == 0)
    let splits = try load(tar)
    #expect(splits.train.count == 2 && splits.heldOut.count == 1 && splits.skipped.isEmpty)
    #expect(splits.train.labels == [7, 7])
  }

  @Test func oneSampleLeavesNoneToHoldOut() throws {
    let folder = try TemporaryFolder()
    try folder.write(datasetFixture("shards/small-train-001.tar"), to: "only.tar")
    let error = #expect(throws: DatasetError.self) { try load(folder.path + "/only.tar") }
    #expect(error?.problem == "only 1 image, which leaves none to hold out")
  }

  @Test func labelsOfTextAreSortedAndAFifthIsHeldOut() throws {
    let splits = try load(fixture("datasets/shards-json/all.tar"))
    #expect(splits.train.classNames == ["kind 0", "kind 1"])
    #expect(splits.train.count == 8 && splits.heldOut.labels.sorted() == [0, 1])
  }

  @Test(arguments: [
    ("parent", "its member ../../escape.png leads out of the archive"),
    ("absolute", "its member /escape.png leads out of the archive"),
    ("symbolic-link", "its member b.png is no file but a link or a device"),
    ("hard-link", "its member b.png is no file but a link or a device"),
    ("device", "its member b.png is no file but a link or a device"),
    ("size", "its member b.png lies about its length"),
  ])
  func hostileShardsAreOneErrorAndNothingIsWritten(name: String, problem: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(datasetFixture("shards-hostile/\(name).tar"), to: "inner/\(name).tar")
    let error = #expect(throws: DatasetError.self) { try load(folder.path + "/inner") }
    #expect(error?.problem == problem)
    let written = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
    #expect(written == ["inner", "inner/\(name).tar"])
  }

  @Test(arguments: ["small-train-001.tar", "small-val-000.tar.gz"])
  func truncatedShardsAreOneErrorEach(name: String) throws {
    let whole = try datasetFixture("shards/\(name)")
    let folder = try TemporaryFolder()
    // Two members of a block each with their headers; of the blocks of zeros behind them one is enough.
    let content = name.hasSuffix(".tar") ? 5 * 512 : whole.count
    for length in stride(from: 0, to: content, by: 53) {
      try folder.write(whole[..<length], to: name)
      #expect(throws: DatasetError.self, "\(length)") { try load(folder.path + "/" + name) }
    }
  }

  @Test func shardsOfOneSplitOrOfNoneBesideOthersAreRefused() throws {
    let folder = try TemporaryFolder()
    let shard = try datasetFixture("shards/small-train-001.tar")
    try folder.write(shard, to: "val.tar")
    let one = #expect(throws: DatasetError.self) { try load(folder.path) }
    #expect(one?.problem == "shards of held-out images alone")
    try folder.write(shard, to: "train/0.tar")
    try folder.write(shard, to: "other.tar")
    let other = #expect(throws: DatasetError.self) { try load(folder.path) }
    #expect(other?.place == folder.path + "/other.tar")
    try folder.remove("other.tar")
    #expect(try load(folder.path).heldOut.labels == [2])
  }

  /// The folder that was asked for may be called as it likes.
  @Test func aShardsOwnNameGoesBeforeThatOfItsFolder() throws {
    let folder = try TemporaryFolder()
    let (train, val) = (
      try datasetFixture("shards/small-train-001.tar"),
      try datasetFixture("shards/small-val-000.tar.gz")
    )
    for place in ["train", "imagenet-train-val", "test"] {
      try folder.write(train, to: place + "/train-000.tar")
      try folder.write(val, to: place + "/val-000.tar.gz")
      for path in [place, place + "/{train,val}-000.tar*", place + "/*"] {
        let splits = try load(folder.path + "/" + path)
        #expect(splits.train.count == 1 && splits.heldOut.count == 2, "\(path)")
      }
    }
    // Named after no split: a fifth is held out of all.
    try folder.write(datasetFixture("shards-json/all.tar"), to: "my-test/shard-000.tar")
    let divided = try load(fixture("datasets/shards-json/all.tar"))
    for path in ["my-test", "my-test/shard-000.tar", "my-test/*.tar"] {
      let splits = try load(folder.path + "/" + path)
      #expect(splits.train.count == divided.train.count, "\(path)")
      #expect(splits.heldOut.count == divided.heldOut.count, "\(path)")
    }
    try folder.write(train, to: "both/train-val-000.tar")
    let both = #expect(throws: DatasetError.self) { try load(folder.path + "/both") }
    #expect(both?.problem == "a shard that is named after two splits")
  }

  @Test func missingShardsAndBoundlessPatternsAreNamed() throws {
    let folder = try TemporaryFolder()
    let none = #expect(throws: DatasetError.self) { try load(folder.path) }
    #expect(none?.fault == .format(.noShard))
    let gap = #expect(throws: DatasetError.self) { try load(folder.path + "/{0..3}.tar") }
    #expect(gap?.place == folder.path + "/0.tar")
    for pattern in ["{0..9999999999}", "{0..999}{0..999}", "{1,2}{1..99999}{1..99999}"] {
      let error = #expect(throws: DatasetError.self) { try load(folder.path + "/" + pattern) }
      #expect(error?.fault == .format(.pattern))
    }
  }
}
