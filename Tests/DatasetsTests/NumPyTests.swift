import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct NumPyTests {
  private func load(_ folder: TemporaryFolder) throws -> DatasetSplits {
    try DatasetRequest(kind: .numpy, path: folder.path, imageSize: 8).load()
  }

  private func loose() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["x_train", "y_train", "x_test", "y_test"] {
      try folder.write(datasetFixture("numpy/loose/\(name).npy"), to: "\(name).npy")
    }
    return folder
  }

  @Test func theArraysOfMedMNISTAreRead() throws {
    let splits = try loadFixture(.numpy, "numpy/medmnist.npz")
    expectImages(splits.train, 0..<3, side: 8)
    expectImages(splits.heldOut, 3..<6, side: 8)
    #expect(splits.train.labels == [1, 0, 2] && splits.train.classNames == ["0", "1", "2"])
  }

  @Test func looseArraysOfAnyIntegerAreRead() throws {
    let splits = try loadFixture(.numpy, "numpy/loose")
    expectImages(splits.train, 0..<3, side: 8)
    expectImages(splits.heldOut, 3..<6, side: 8)
    #expect(splits.train.labels == [1, 0, 2], "big-endian")
    #expect(splits.heldOut.labels == [1, 0, 2])
  }

  @Test func withoutSplitsAFifthOfEachClassIsHeldOut() throws {
    let splits = try loadFixture(.numpy, "numpy/grey.npz")
    #expect(splits.train.labels.count { $0 == 0 } == 8 && splits.heldOut.count == 4)
    let all = (0..<20).map { fixtureImage($0, side: 8, isGrey: true) }
    func numbers(_ split: ImageDataset) -> [Int] {
      (0..<split.count).compactMap { all.firstIndex(of: Array(split.image(at: $0))) }
    }
    let (train, heldOut) = (numbers(splits.train), numbers(splits.heldOut))
    #expect((train + heldOut).sorted() == Array(0..<20))
    #expect(splits.heldOut.labels == heldOut.map { $0 % 2 })
    #expect(try loadFixture(.numpy, "numpy/grey.npz").heldOut.pixels == splits.heldOut.pixels)
  }

  @Test func anArchiveASplitAndAnArrayByItselfAreReadToo() throws {
    let folder = try TemporaryFolder()
    let grey = try datasetFixture("numpy/grey.npz")
    try folder.write(grey, to: "train.npz")
    try folder.write(grey, to: "test.npz")
    let splits = try load(folder)
    expectImages(splits.train, 0..<20, side: 8, isGrey: true)
    expectImages(splits.heldOut, 0..<20, side: 8, isGrey: true)
    #expect(splits.heldOut.labels == (0..<20).map { $0 % 2 })
    let alone = try loadFixture(.numpy, "numpy/loose/x_train.npy")
    #expect(alone.train.count == 2 && alone.heldOut.count == 1 && alone.train.labels.isEmpty)
  }

  @Test func arraysThatAreNotTakenAreNamed() throws {
    let folder = try loose()
    try folder.write(datasetFixture("numpy/grey.npz"), to: "train.npz")
    let archive = folder.path + "/train.npz"
    #expect(
      try load(folder).remarks
        == ["images", "labels"].map { "\(archive) (\($0).npy): not used" })
    #expect(try loadFixture(.numpy, "numpy/loose").remarks == [])
  }

  @Test func withoutLabelsThereAreNone() throws {
    let folder = try loose()
    try folder.remove("y_test.npy")
    let error = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(error?.problem == "only one split has labels")
    try folder.remove("y_train.npy")
    #expect(try load(folder).train.labels.isEmpty)
  }

  @Test func floatsAndFortransOrderAreRefusedWithWhatToDo() throws {
    let folder = try loose()
    try folder.write(datasetFixture("numpy/float.npy"), to: "x_train.npy")
    let float = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(
      float?.description == "\(folder.path)/x_train.npy: elements of type f4 instead of unsigned "
        + "bytes (uint8); convert the array")
    try folder.write(datasetFixture("numpy/columns.npy"), to: "x_train.npy")
    let columns = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(
      columns?.description
        == "\(folder.path)/x_train.npy: an array in Fortran's order; save it again "
        + "from numpy.ascontiguousarray")
  }

  @Test func otherShapesCountsAndLabelsAreNamed() throws {
    let folder = try loose()
    func replace(_ name: String, _ header: String, _ bytes: [UInt8]) throws {
      let text = header + "\n"
      let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0]
      try folder.write(magic + Array(text.utf8) + bytes, to: name)
    }
    func header(_ type: String, _ shape: String) -> String {
      "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
    }
    func problem() -> String? {
      #expect(throws: DatasetError.self) { try load(folder) }?.problem
    }
    try replace("y_train.npy", header("|u1", "2,"), [1, 2])
    #expect(problem() == "2 labels for 3 images")
    try replace("y_train.npy", header("|i1", "3,"), [0, 1, 255])
    #expect(problem() == "label -1 is not from 0 to 65535")
    try replace("y_train.npy", header("<u8", "3,"), [UInt8](repeating: 255, count: 24))
    #expect(problem() == "label -1 is not from 0 to 65535")
    try replace("y_train.npy", header("|u1", "3, 14"), [UInt8](repeating: 1, count: 42))
    #expect(problem() == "an array of 3 × 14 instead of one label an image")
    try replace("x_train.npy", header("|u1", "1, 3, 2, 2"), [UInt8](repeating: 0, count: 12))
    #expect(problem() == "an array of 1 × 3 × 2 × 2 instead of N × height × width, × 1, or × 3")
    try replace("x_train.npy", header("|u1", "9, 8, 8, 3"), [1])
    #expect(problem() == "it does not hold the 1728 bytes that it claims")
    for shape in [
      "4611686018427387904, 8, 8", "99999999999999999999, 1, 1", "3037000500, 3037000500, 1",
    ] {
      try replace("x_train.npy", header("|u1", shape), [1])
      #expect(problem() != nil)
    }
    try replace("x_train.npy", "{'descr': '|O'}", [1])
    #expect(
      problem() == "not a readable .npy file: its elements, of type |O, are no numbers")
    try replace("x_train.npy", header("<U12", "3,"), [1])
    #expect(
      problem() == "not a readable .npy file: its elements, of type <U12, are no numbers")
    try replace("x_train.npy", "{'descr': [('a', '<f4')]}", [1])
    #expect(
      problem() == "not a readable .npy file: its header names no plain type, order and shape")
  }

  @Test(arguments: ["medmnist.npz", "grey.npz"]) func everyTruncationIsOneError(
    name: String
  ) throws {
    let folder = try TemporaryFolder()
    let whole = try datasetFixture("numpy/\(name)")
    for length in stride(from: 0, to: whole.count, by: 23) {
      try folder.write(whole[..<length], to: name)
      #expect(throws: DatasetError.self, "\(length)") { try load(folder) }
    }
  }

  @Test func noChangedByteOfAnArchiveIsWorseThanAnError() throws {
    let folder = try TemporaryFolder()
    let whole = try datasetFixture("numpy/medmnist.npz")
    for place in stride(from: 0, to: whole.count, by: 3) {
      var changed = whole
      changed[place] ^= 0xFF
      try folder.write(changed, to: "medmnist.npz")
      do { _ = try load(folder) } catch { #expect(error is DatasetError) }
    }
  }

  @Test func foldersWithoutSuchArraysAndMissingFilesAreNamed() throws {
    let folder = try loose()
    try folder.remove("x_train.npy")
    let error = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(error?.problem == "no array of training images among x_test, y_test, y_train")
    let request = DatasetRequest(kind: .numpy, path: folder.path + "/none.npz")
    #expect(throws: DatasetError(folder.path + "/none.npz", .noFile())) { try request.load() }
  }
}
