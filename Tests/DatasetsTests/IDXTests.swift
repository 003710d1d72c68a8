import Datasets
import Foundation
import Testing

@Suite struct IDXTests {
  private func idx(_ dimensions: [Int], _ bytes: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(dimensions.count)] + dimensions.flatMap(bigEndian) + bytes
  }

  /// Four training and two held-out images of 8 × 8, image i uniformly 10·i.
  private func folder(separator: String = "-") throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (prefix, first, count) in [("train", 0, 4), ("t10k", 4, 2)] {
      let pixels = (first..<first + count).flatMap { [UInt8](repeating: UInt8($0 * 10), count: 64) }
      try folder.write(
        idx([count, 8, 8], pixels), to: "\(prefix)-images\(separator)idx3-ubyte")
      try folder.write(
        idx([count], (0..<count).map { UInt8($0 % 3) }),
        to: "\(prefix)-labels\(separator)idx1-ubyte")
    }
    return folder
  }

  private func load(_ folder: TemporaryFolder, size: Int = 8) throws -> DatasetSplits {
    try DatasetRequest(kind: .idx, path: folder.path, imageSize: size).load()
  }

  @Test(arguments: ["-", "."]) func greyImagesAndLabelsAreRead(separator: String) throws {
    let splits = try load(folder(separator: separator))
    #expect(splits.train.count == 4)
    #expect(splits.train.labels == [0, 1, 2, 0])
    #expect(splits.train.classNames == ["0", "1", "2"])
    #expect(splits.train.image(at: 2).allSatisfy { $0 == 20 })
    #expect(splits.heldOut.labels == [0, 1])
    #expect(splits.heldOut.image(at: 1).allSatisfy { $0 == 50 })
    #expect(splits.skipped.isEmpty)
  }

  @Test func imagesAreResizedToTheSizeAskedFor() throws {
    let train = try load(folder(), size: 32).train
    #expect(train.height == 32 && train.width == 32)
    #expect(train.image(at: 3).allSatisfy { $0 == 30 })
  }

  @Test func fourDimensionsAreColor() throws {
    let folder = try folder()
    try folder.remove("train-images-idx3-ubyte")
    let color = (0..<4 * 64).flatMap { _ in [1, 2, 3] as [UInt8] }
    try folder.write(idx([4, 8, 8, 3], color), to: "train-images-idx4-ubyte")
    #expect(try load(folder).train.image(at: 0).starts(with: [1, 2, 3, 1, 2, 3]))
    try folder.write(idx([4, 8, 24, 1], color), to: "train-images-idx4-ubyte")
    let error = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(error?.problem == "1 channels instead of 3")
  }

  @Test func withoutLabelFilesThereAreNoLabels() throws {
    let folder = try folder()
    try folder.remove("train-labels-idx1-ubyte")
    let error = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(error == DatasetError(folder.path, .labelsOfOneSplit))
    try folder.remove("t10k-labels-idx1-ubyte")
    let splits = try load(folder)
    #expect(splits.train.labels.isEmpty && splits.train.classNames.isEmpty)
  }

  @Test(arguments: ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
  func everyTruncationAndEveryExtraByteIsRefused(name: String) throws {
    let folder = try folder()
    let whole =
      name.contains("images")
      ? idx([4, 8, 8], [UInt8](repeating: 0, count: 256)) : idx([2], [0, 1])
    for length in 0..<whole.count {
      try folder.write(whole[..<length], to: name)
      let error = #expect(throws: DatasetError.self, "\(length)") { try load(folder) }
      #expect(error?.place == "\(folder.path)/\(name)")
      let headerLength = name.contains("images") ? 16 : 8
      let expected: DatasetError.Fault =
        length < headerLength
        ? .shortHeader(isBeforeDimensions: length < 4)
        : .claimedBytes(
          name.contains("images") ? [4, 8, 8] : [2], found: length - headerLength)
      #expect(error?.fault == expected, "\(length)")
    }
    try folder.write(whole + [0], to: name)
    let longer = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(
      longer?.problem.hasSuffix(name.contains("images") ? "257 follow it" : "3 follow it") == true)
    try folder.write(whole, to: name)
    _ = try load(folder)
  }

  @Test func headersThatLieAreRefusedBeforeAnythingIsAllocated() throws {
    let folder = try folder()
    let most = Int(UInt32.max)
    let cases: [([Int], DatasetError.Fault)] = [
      ([most, most, most], .claimedBytes([most, most, most], found: nil)),
      ([most, 1, 1], .claimedBytes([most, 1, 1], found: 256)),
      ([0, 8, 8], .emptyDimension([0, 8, 8])), ([4, 0, 8], .emptyDimension([4, 0, 8])),
      ([5, 8, 8], .claimedBytes([5, 8, 8], found: 256)),
    ]
    for (dimensions, fault) in cases {
      try folder.write(
        idx(dimensions, [UInt8](repeating: 0, count: 256)), to: "train-images-idx3-ubyte")
      let error = #expect(throws: DatasetError.self, "\(dimensions)") { try load(folder) }
      #expect(error?.fault == fault)
    }
  }

  @Test func aFileWithHolesAsLargeAsItClaimsIsNotReadIntoMemoryThatIsNotThere() throws {
    let folder = try folder()
    // 2³² − 1 bytes an image, 15 images: 60 GiB that are on no disk, and too large an image.
    let claimed = [15, 65_535, 65_537]
    try folder.write(idx(claimed, []), to: "train-images-idx3-ubyte")
    let path = "\(folder.path)/train-images-idx3-ubyte"
    try #require(truncate(path, 16 + claimed.reduce(1, *)) == 0)
    let error = #expect(throws: DatasetError.self) { try load(folder) }
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    try #require(memory < 1 << 36, "a machine with room for it would read it")
    #expect(
      error?.fault
        == .fileMemory(needed: 2 * (16 + claimed.reduce(1, *)), available: memory))
  }

  @Test func theLargestLabelMakesAsManyClasses() throws {
    let folder = try folder()
    try folder.write(idx([4], [0, 255, 7, 7]), to: "train-labels-idx1-ubyte")
    let splits = try load(folder)
    #expect(splits.train.labels == [0, 255, 7, 7])
    #expect(splits.train.classNames == (0...255).map(String.init))
  }

  @Test func wrongMagicNumbersAreNamed() throws {
    let folder = try folder()
    let rest = [4, 8, 8].flatMap(bigEndian) + [UInt8](repeating: 0, count: 256)
    let faults: [([UInt8], String)] = [
      ([1, 0, 8, 3], "not an IDX file (it does not begin with two zero bytes)"),
      ([0, 0, 13, 3], "element type 13 is not 8, unsigned bytes"),
      ([0, 0, 8, 1], "1 dimensions instead of 3 or 4"),
      ([0, 0, 8, 255], "255 dimensions instead of 3 or 4"),
      ([0, 0, 8, 4], "a dimension of length 0 in 4 × 8 × 8 × 0"),
    ]
    for (magic, problem) in faults {
      try folder.write(magic + rest, to: "train-images-idx3-ubyte")
      let error = #expect(throws: DatasetError.self) { try load(folder) }
      #expect(error?.problem == problem)
    }
  }

  @Test func asManyLabelsAsImagesAreAskedFor() throws {
    let folder = try folder()
    try folder.write(idx([3], [0, 1, 2]), to: "train-labels-idx1-ubyte")
    let error = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(error?.problem.hasPrefix("3 labels for the 4 images of ") == true)
  }

  @Test func missingFilesAndFoldersAreNamed() throws {
    let empty = try TemporaryFolder()
    let error = #expect(throws: DatasetError.self) { try load(empty) }
    #expect(error?.problem == "no train-images-idx3-ubyte in it")
  }
}
