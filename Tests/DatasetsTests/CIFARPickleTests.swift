import Datasets
import TestSupport
import Testing

@Suite struct CIFARPickleTests {
  private func load(_ folder: String) throws -> DatasetSplits {
    try CIFARReader.cifar10(recordsPerFile: 2)
      .read(DatasetRequest(kind: .cifar10, path: folder))
  }

  private func copy() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let names = (1...5).map { "data_batch_\($0)" } + ["test_batch", "batches.meta"]
    for name in names { try folder.write(datasetFixture("cifar-10-batches-py/\(name)"), to: name) }
    return folder
  }

  @Test(arguments: ["datasets", "datasets/cifar-10-batches-py"])
  func batchesOfEveryProtocolAreReadPixelForPixel(folder: String) throws {
    let splits = try load(fixture(folder))
    expectImages(splits.train, 0..<10, side: 32)
    expectImages(splits.heldOut, 10..<12, side: 32)
    #expect(splits.train.labels == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5])
    #expect(splits.heldOut.labels == [5, 6])
    #expect(splits.train.classNames == (0..<10).map { "class \($0)" })
    #expect(splits.train.factors.isEmpty)
  }

  @Test func bothLabelsOfCIFAR100AreThere() throws {
    let request = DatasetRequest(kind: .cifar100, path: fixture("datasets"))
    let fine = try CIFARReader.cifar100(recordsPerTrainFile: 2, recordsPerTestFile: 2)
      .read(request)
    expectImages(fine.train, 0..<2, side: 32)
    expectImages(fine.heldOut, 2..<4, side: 32)
    #expect(fine.train.labels == [40, 41] && fine.heldOut.labels == [42, 43])
    #expect(fine.train.classNames[42] == "fine 42")
    let superclass = Factor(
      name: "superclass", kind: .categorical(count: 20), values: [5, 6])
    #expect(fine.heldOut.factors == [superclass])
    let coarse = try CIFARReader.cifar100(
      labels: .coarse, recordsPerTrainFile: 2, recordsPerTestFile: 2
    ).read(request)
    #expect(coarse.train.labels == [3, 4] && coarse.train.classNames.count == 20)
    #expect(coarse.train.classNames[4] == "coarse 4")
    #expect(coarse.train.factors.map(\.values) == [[40, 41]])
  }

  @Test func truncatedPicklesAreOneErrorEach() throws {
    let folder = try copy()
    let whole = try datasetFixture("cifar-10-batches-py/data_batch_4")
    for length in stride(from: 0, to: whole.count, by: 61) {
      try folder.write(whole[..<length], to: "data_batch_4")
      let error = #expect(throws: DatasetError.self, "\(length)") { try load(folder.path) }
      #expect(error?.place == "\(folder.path)/data_batch_4")
      guard case .format(.pickle)? = error?.fault else {
        Issue.record("\(error as Any)")
        return
      }
    }
  }

  @Test func aPickleThatCallsIsRefusedInOneLine() throws {
    let folder = try copy()
    try folder.write("cos\nsystem\n(S'true'\ntR.", to: "test_batch")
    let error = #expect(throws: DatasetError.self) { try load(folder.path) }
    #expect(
      error?.description
        == "\(folder.path)/test_batch: the pickle asks for os.system, which is not "
        + "allowed (byte 0); get the file again")
  }

  @Test func contentOfOtherShapesIsNamed() throws {
    let folder = try copy()
    try folder.write("(dS'labels'\n(lI1\naI2\nas.", to: "test_batch")
    let data = #expect(throws: DatasetError.self) { try load(folder.path) }
    #expect(data?.problem == "no entry data that is an array of 2 × 3072 bytes")
    try folder.write("N.", to: "test_batch")
    #expect(throws: DatasetError.self) { try load(folder.path) }
    try folder.write(datasetFixture("cifar-100-python/train"), to: "test_batch")
    let labels = #expect(throws: DatasetError.self) { try load(folder.path) }
    #expect(labels?.problem == "no entry labels that is a list of 2 labels")
  }

  @Test func theRealBatchesSizesAreAskedForByDefault() throws {
    let error = #expect(throws: DatasetError.self) { try loadFixture(.cifar10, "") }
    #expect(error?.problem == "no entry data that is an array of 10000 × 3072 bytes")
  }
}
