import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct CompressedIDXTests {
  @Test(arguments: ["mnist", "mnist/MNIST/raw"])
  func compressedFilesAreReadWhereToolsUnpackThem(path: String) throws {
    let splits = try loadFixture(.idx, path)
    expectImages(splits.train, 0..<3, side: 8, isGrey: true)
    expectImages(splits.heldOut, 3..<6, side: 8, isGrey: true)
    #expect(splits.train.labels == [2, 0, 1])
  }

  @Test func imagesOfEMNISTComeOutUprightWithTheirLetters() throws {
    let splits = try loadFixture(.idx, "emnist/emnist-letters")
    expectImages(splits.train, 0..<3, side: 8, isGrey: true)
    expectImages(splits.heldOut, 3..<6, side: 8, isGrey: true)
    #expect(splits.train.labels == [2, 0, 1])
    #expect(splits.train.classNames == ["A", "B", "C"])
    let digits = try loadFixture(.idx, "emnist/gzip/emnist-digits")
    #expect(digits.heldOut.labels == [2, 0, 1] && digits.heldOut.classNames == ["0", "1", "2"])
  }

  @Test func ofSeveralSplitsOneIsChosenByThePath() throws {
    let error = #expect(throws: DatasetError.self) { try loadFixture(.idx, "emnist") }
    #expect(
      error?.description == fixture("datasets/emnist/gzip") + ": several splits of EMNIST, "
        + "emnist-digits, emnist-letters; add one's name to the path, as in FOLDER/emnist-digits")
    let missing = #expect(throws: DatasetError.self) {
      try loadFixture(.idx, "emnist/emnist-mnist")
    }
    #expect(missing?.fault == .noImages(split: "emnist-mnist-train"))
  }

  @Test func aLabelOutsideOfTheMappingIsNamed() throws {
    let folder = try TemporaryFolder()
    for part in ["train-images-idx3", "train-labels-idx1", "test-images-idx3", "test-labels-idx1"] {
      let name = "emnist-letters-\(part)-ubyte.gz"
      try folder.write(datasetFixture("emnist/gzip/\(name)"), to: name)
    }
    try folder.write("1 65\n2 66\n", to: "emnist-letters-mapping.txt")
    let request = DatasetRequest(kind: .idx, path: folder.path, imageSize: 8)
    let error = #expect(throws: DatasetError.self) { try request.load() }
    #expect(error?.problem == "label 3 is not in its list of classes")
    try folder.write("1 sixty\n", to: "emnist-letters-mapping.txt")
    #expect(throws: DatasetError.self) { try request.load() }
    try folder.remove("emnist-letters-mapping.txt")
    #expect(try request.load().train.classNames == ["0", "1", "2", "3"])
  }

  @Test func truncatedAndFalseContentIsOneErrorEach() throws {
    let folder = try TemporaryFolder()
    for name in ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"] {
      try folder.write(datasetFixture("mnist/MNIST/raw/\(name)-ubyte.gz"), to: "\(name)-ubyte.gz")
    }
    let name = "t10k-images-idx3-ubyte.gz"
    let whole = try datasetFixture("mnist/MNIST/raw/\(name)")
    let request = DatasetRequest(kind: .idx, path: folder.path, imageSize: 8)
    for length in 2..<whole.count {
      try folder.write(whole[..<length], to: name)
      let error = #expect(throws: DatasetError.self, "\(length)") { try request.load() }
      #expect(error?.place == "\(folder.path)/\(name)")
    }
    // The labels' stream holds no images, and a stream of images is no labels.
    try folder.write(datasetFixture("mnist/MNIST/raw/t10k-labels-idx1-ubyte.gz"), to: name)
    let error = #expect(throws: DatasetError.self) { try request.load() }
    #expect(error?.fault == .dimensionCount(1, expected: [3, 4]))
  }
}
