import Datasets
import TestSupport
import Testing

@Suite struct SVHNTests {
  private func copy() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["train_32x32.mat", "test_32x32.mat"] {
      try folder.write(datasetFixture("svhn/\(name)"), to: name)
    }
    return folder
  }

  private func load(_ folder: TemporaryFolder) throws -> DatasetSplits {
    try DatasetRequest(kind: .svhn, path: folder.path).load()
  }

  @Test(arguments: ["", "svhn"]) func compressedAndPlainArraysAreRead(path: String) throws {
    let splits = try loadFixture(.svhn, path, size: 32)
    expectImages(splits.train, 0..<3, side: 32)
    expectImages(splits.heldOut, 3..<5, side: 32)
    #expect(splits.train.labels == [1, 0, 9], "10 is digit 0")
    #expect(splits.heldOut.labels == [0, 2], "labels of floating-point numbers")
    #expect(splits.train.classNames == (0...9).map(String.init))
  }

  @Test func furtherImagesFollowTheTrainingImages() throws {
    let splits = try loadFixture(.svhnExtra, "svhn", size: 32)
    expectImages(splits.train, [0, 1, 2, 5], side: 32)
    #expect(splits.train.labels == [1, 0, 9, 4])
  }

  @Test(arguments: ["train_32x32.mat", "test_32x32.mat"])
  func everyTruncationIsOneError(name: String) throws {
    let folder = try copy()
    let whole = try datasetFixture("svhn/\(name)")
    for length in stride(from: 0, to: whole.count, by: 7) {
      try folder.write(whole[..<length], to: name)
      let error = #expect(throws: DatasetError.self, "\(length)") { try load(folder) }
      #expect(error?.place == "\(folder.path)/\(name)")
    }
  }

  @Test func noChangedByteOfTheHeadersIsWorseThanAnError() throws {
    let folder = try copy()
    let whole = try datasetFixture("svhn/test_32x32.mat")
    for place in 0..<256 {
      for change in [0x01, 0x80, 0xFF] as [UInt8] {
        var changed = whole
        changed[place] ^= change
        try folder.write(changed, to: "test_32x32.mat")
        do { _ = try load(folder) } catch { #expect(error is DatasetError) }
      }
    }
  }

  @Test func otherFilesAndVersionsAreNamed() throws {
    let folder = try copy()
    var whole = try datasetFixture("svhn/test_32x32.mat")
    (whole[124], whole[125]) = (0, 2)
    try folder.write(whole, to: "test_32x32.mat")
    let version = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(
      version?.problem == "not a readable MATLAB file: it is of version 7.3; save it with -v7")
    try folder.write([UInt8](repeating: 7, count: 200), to: "test_32x32.mat")
    let other = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(other?.problem == "not a readable MATLAB file: it does not begin as one")
    try folder.remove("test_32x32.mat")
    let missing = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(missing?.problem == "no such file")
  }
}
