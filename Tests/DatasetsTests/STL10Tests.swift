import Datasets
import TestSupport
import Testing

@Suite struct STL10Tests {
  private let reader = STL10Reader(trainCount: 2, testCount: 1, unlabeledCount: 2)
  private let files = [
    "train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin", "unlabeled_X.bin", "class_names.txt",
  ]

  private func request(_ path: String, _ kind: DatasetKind = .stl10) -> DatasetRequest {
    DatasetRequest(kind: kind, path: path, imageSize: 96)
  }

  private func copy() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in files { try folder.write(datasetFixture("stl10_binary/\(name)"), to: name) }
    return folder
  }

  @Test(arguments: ["datasets", "datasets/stl10_binary"])
  func columnsOfPlanesBecomeUprightImages(path: String) throws {
    let splits = try reader.read(request(fixture(path)))
    expectImages(splits.train, 0..<2, side: 96)
    expectImages(splits.heldOut, [2], side: 96)
    #expect(splits.train.labels == [0, 9] && splits.heldOut.labels == [2])
    #expect(splits.train.classNames[9] == "truck" && splits.fitted.labels == [0, 9])
  }

  @Test func unlabelledImagesAreTrainedOnAndLabelledOnesFitted() throws {
    let splits = try reader.readUnlabeled(request(fixture("datasets"), .stl10Unlabeled))
    expectImages(splits.train, 3..<5, side: 96)
    #expect(splits.train.labels.isEmpty)
    expectImages(splits.fitted, 0..<2, side: 96)
    #expect(splits.fitted.labels == [0, 9] && splits.heldOut.labels == [2])
  }

  @Test func wrongLengthsLabelsAndNamesAreRefused() throws {
    for name in files.dropLast() {
      let folder = try copy()
      let whole = try datasetFixture("stl10_binary/\(name)")
      for length in [0, whole.count - 1, whole.count + 1] {
        try folder.write((whole + [1])[..<length], to: name)
        let error = #expect(throws: DatasetError.self) {
          try reader.readUnlabeled(request(folder.path))
        }
        #expect(
          error?.description
            == "\(folder.path)/\(name): \(length) bytes instead of \(whole.count); unpack "
            + "stl10_binary.tar.gz again")
      }
      try folder.remove(name)
      let error = #expect(throws: DatasetError.self) {
        try reader.readUnlabeled(request(folder.path))
      }
      #expect(error?.problem == "no such file")
    }
    let folder = try copy()
    try folder.write([0, 1], to: "train_y.bin")
    let label = #expect(throws: DatasetError.self) { try reader.read(request(folder.path)) }
    #expect(label?.problem == "label 0 is not in its list of classes")
    try folder.write("bird\n", to: "class_names.txt")
    let names = #expect(throws: DatasetError.self) { try reader.read(request(folder.path)) }
    #expect(names?.problem == "1 class names instead of 10")
  }

  @Test func theRealCountsAreAskedForByDefault() throws {
    let error = #expect(throws: DatasetError.self) { try request(fixture("datasets")).load() }
    #expect(error?.problem == "2 bytes instead of 5000")
  }
}
