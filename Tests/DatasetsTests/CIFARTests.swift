import Datasets
import Testing

@Suite struct CIFARTests {
  /// A record whose pixel p has red p mod 251, green `level` and blue 255 − `level`.
  private func record(labels: [UInt8], level: UInt8) -> [UInt8] {
    labels + (0..<1024).map { UInt8($0 % 251) } + [UInt8](repeating: level, count: 1024)
      + [UInt8](repeating: 255 - level, count: 1024)
  }

  /// CIFAR-10's files with two records each instead of 10,000; record r of file f has level 10·f + r.
  private func cifar10(in inner: String = "") throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let names = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]
    for (file, name) in names.enumerated() {
      let records = (0..<2).flatMap { number in
        record(labels: [UInt8(file + number)], level: UInt8(10 * file + number))
      }
      try folder.write(records, to: inner + name)
    }
    let classes = (0..<10).map { "class \($0)" }.joined(separator: "\n") + "\n\n"
    try folder.write(classes, to: inner + "batches.meta.txt")
    return folder
  }

  private func load(_ folder: TemporaryFolder) throws -> DatasetSplits {
    let request = DatasetRequest(kind: .cifar10, path: folder.path)
    return try CIFARReader.cifar10(recordsPerFile: 2).read(request)
  }

  @Test(arguments: ["", "cifar-10-batches-bin/"])
  func recordsAreReadInOrderFromTheFolderOrTheOneAboveIt(inner: String) throws {
    let splits = try load(cifar10(in: inner))
    #expect(splits.train.labels == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5])
    #expect(splits.heldOut.labels == [5, 6])
    #expect(splits.train.classNames == (0..<10).map { "class \($0)" })
    for index in 0..<10 {
      let image = Array(splits.train.image(at: index))
      let level = UInt8(10 * (index / 2) + index % 2)
      for pixel in 0..<1024 {
        #expect(
          Array(image[pixel * 3..<pixel * 3 + 3]) == [UInt8(pixel % 251), level, 255 - level])
      }
    }
  }

  @Test func theFineLabelOfCIFAR100IsTheSecondByte() throws {
    let folder = try TemporaryFolder()
    try folder.write(record(labels: [3, 42], level: 1), to: "train.bin")
    try folder.write(record(labels: [3, 99], level: 2), to: "test.bin")
    let names = (0..<100).map { "fine \($0)" }
    try folder.write(names.joined(separator: "\r\n"), to: "fine_label_names.txt")
    let reader = CIFARReader.cifar100(recordsPerTrainFile: 1, recordsPerTestFile: 1)
    let request = DatasetRequest(kind: .cifar100, path: folder.path)
    let splits = try reader.read(request)
    #expect(splits.train.labels == [42] && splits.heldOut.labels == [99])
    #expect(splits.train.classNames == names)
    #expect(splits.train.image(at: 0).prefix(6) == [0, 1, 254, 1, 1, 254])
    try folder.write(record(labels: [3, 100], level: 2), to: "test.bin")
    let error = #expect(throws: DatasetError.self) { try reader.read(request) }
    #expect(error?.problem == "record 0 has label 100, above 99")
  }

  @Test func everyInterestingWrongLengthIsRefused() throws {
    let folder = try cifar10()
    let whole = (0..<2).flatMap { record(labels: [UInt8($0)], level: 0) }
    for length in [0, 1, 2, 3072, 3073, 3074, 6145, 6147, 9219] {
      try folder.write((whole + whole)[..<length], to: "data_batch_3.bin")
      let error = #expect(throws: DatasetError.self) { try load(folder) }
      #expect(
        error?.description == "\(folder.path)/data_batch_3.bin: \(length) bytes instead of 6146; "
          + "unpack cifar-10-binary.tar.gz again")
    }
  }

  @Test func theRealDistributionsSizesAreAskedForByDefault() throws {
    let folder = try cifar10()
    let error = #expect(throws: DatasetError.self) {
      try DatasetRequest(kind: .cifar10, path: folder.path).load()
    }
    #expect(error?.problem == "6146 bytes instead of 30730000")
  }

  @Test func aLabelOutOfRangeIsNamedWithItsRecord() throws {
    let folder = try cifar10()
    let records = record(labels: [9], level: 0) + record(labels: [10], level: 0)
    try folder.write(records, to: "test_batch.bin")
    let error = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(error?.problem == "record 1 has label 10, above 9")
  }

  @Test func missingFilesAndWrongNamesAreRefused() throws {
    let folder = try cifar10()
    try folder.write("one\ntwo\n", to: "batches.meta.txt")
    let names = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(names?.problem == "2 class names instead of 10")
    try folder.remove("batches.meta.txt")
    let meta = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(
      meta?.description == "\(folder.path)/batches.meta.txt: no such file; give the folder "
        + "cifar-10-batches-bin of cifar-10-binary.tar.gz, unpacked")
    let other = try cifar10()
    try other.remove("data_batch_5.bin")
    let batch = #expect(throws: DatasetError.self) { try load(other) }
    #expect(batch?.problem == "no such file")
  }

  @Test func aFolderWithoutEitherFormNamesBoth() throws {
    let error = #expect(throws: DatasetError.self) { try load(TemporaryFolder()) }
    #expect(
      error?.description.hasSuffix(
        "data_batch_1: no such file; give the folder cifar-10-batches-py or cifar-10-batches-bin "
          + "of cifar-10-python.tar.gz or cifar-10-binary.tar.gz, unpacked") == true)
  }

  @Test func theCoarseLabelOfCIFAR100IsTheFirstByte() throws {
    let folder = try TemporaryFolder()
    try folder.write(record(labels: [3, 42], level: 1), to: "train.bin")
    try folder.write(record(labels: [19, 99], level: 2), to: "test.bin")
    let names = (0..<20).map { "coarse \($0)" }
    try folder.write(names.joined(separator: "\n"), to: "coarse_label_names.txt")
    let reader = CIFARReader.cifar100(
      labels: .coarse, recordsPerTrainFile: 1, recordsPerTestFile: 1)
    let request = DatasetRequest(kind: .cifar100Coarse, path: folder.path)
    let splits = try reader.read(request)
    #expect(splits.train.labels == [3] && splits.heldOut.labels == [19])
    #expect(splits.train.classNames == names)
    #expect(splits.heldOut.factors.map(\.values) == [[99]])
    try folder.write(record(labels: [20, 99], level: 2), to: "test.bin")
    let error = #expect(throws: DatasetError.self) { try reader.read(request) }
    #expect(error?.problem == "record 0 has label 20, above 19")
  }
}
