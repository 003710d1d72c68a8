import Datasets
import Foundation
import Testing

@Suite struct PackedTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var path: String { folder.path + "/images.gnomon" }

  private func load(size: Int = 8, train: Int? = nil, seed: UInt64 = 0) throws -> DatasetSplits {
    try DatasetRequest(kind: .packed, path: path, imageSize: size, trainCount: train, seed: seed)
      .load()
  }

  private func expectEqual(_ first: ImageDataset, _ second: ImageDataset) {
    #expect(first.name == second.name && first.count == second.count)
    #expect(first.pixels == second.pixels)
    #expect(first.labels == second.labels && first.classNames == second.classNames)
    #expect(first.factors == second.factors)
  }

  /// A folder of two classes of noise, and a file among them that is no image.
  private func photographs() throws -> String {
    for index in 0..<12 {
      let image = slope(width: 20 + index, height: 24)
      try folder.write(png(image), to: "photographs/\(index % 2)/\(index).png")
    }
    try folder.write("no image", to: "photographs/0/5.png")
    return folder.path + "/photographs"
  }

  @Test func whatIsPackedComesBackWithoutACopy() throws {
    let splits = try DatasetRequest(kind: .sprites, imageSize: 16, trainCount: 40, heldOutCount: 9)
      .load()
    let packed = try PackedDatasetWriter.write(splits, to: path, provenance: "made here").packed
    #expect(packed.side == 16 && packed.provenance == "made here" && packed.parts.count == 2)
    let loaded = try load(size: 16)
    expectEqual(loaded.train, splits.train)
    expectEqual(loaded.heldOut, splits.heldOut)
    #expect(!loaded.train.pixels.areInMemory && splits.train.pixels.areInMemory)
    #expect(loaded.fittedApart == nil)
    #expect(DatasetKind.packed.imageSize(at: path) == 16)
  }

  @Test func whatProbesAreFittedOnIsPackedToo() throws {
    func images(_ count: Int, _ labels: [Int]) -> ImageDataset {
      ImageDataset(
        name: "images", height: 8, width: 8,
        pixels: (0..<count * 192).map { UInt8(truncatingIfNeeded: $0 * count) }, labels: labels,
        classNames: labels.isEmpty ? [] : ["a", "b"])
    }
    let splits = DatasetSplits(
      train: images(5, []), heldOut: images(3, [0, 1, 1]), fitted: images(2, [1, 0]))
    _ = try PackedDatasetWriter.write(splits, to: path, provenance: "")
    let loaded = try load()
    expectEqual(loaded.train, splits.train)
    expectEqual(loaded.fitted, splits.fitted)
  }

  @Test func imagesOfFilesArePackedAsTheyAreLoaded() throws {
    var request = DatasetRequest(kind: .folder, path: try photographs(), imageSize: 8)
    let loaded = try request.load()
    request.loading = .stream
    let written = try PackedDatasetWriter.write(request.load(), to: path, provenance: "")
    let packed = try load()
    expectEqual(packed.train, loaded.train)
    expectEqual(packed.heldOut, loaded.heldOut)
    #expect(written.skipped == loaded.skipped && written.skipped.count == 1)
  }

  @Test func aFileThatIsNoImageIsAnErrorForAStrictRequestAndNothingIsLeft() throws {
    var request = DatasetRequest(kind: .folder, path: try photographs(), imageSize: 8, strict: true)
    request.loading = .stream
    try folder.write("what was there", to: "images.gnomon")
    let splits = try request.load()
    let error = #expect(throws: DatasetError.self) {
      try PackedDatasetWriter.write(splits, to: path, provenance: "", strict: true)
    }
    #expect(error?.place.hasSuffix("photographs/0/5.png") == true)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "what was there")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names == ["images.gnomon", "photographs"])
  }

  @Test func aPartOfPackedImagesIsWhatFilesGive() throws {
    var request = DatasetRequest(kind: .folder, path: try photographs(), imageSize: 8)
    request.loading = .stream
    _ = try PackedDatasetWriter.write(request.load(), to: path, provenance: "")
    try folder.remove("photographs/0/5.png")
    for seed in [0, 7] as [UInt64] {
      let files = try DatasetRequest(
        kind: .folder, path: folder.path + "/photographs", imageSize: 8, trainCount: 4, seed: seed
      ).load()
      let packed = try load(train: 4, seed: seed)
      expectEqual(packed.train, files.train)
      #expect(!packed.train.pixels.areInMemory, "drawn without a copy")
    }
    #expect(try load(train: 1000).train.count == load().train.count)
  }

  @Test func atAnotherSizeImagesAreResizedAsThoseOfFiles() throws {
    let splits = try DatasetRequest(kind: .sprites, imageSize: 16, trainCount: 6, heldOutCount: 2)
      .load()
    _ = try PackedDatasetWriter.write(splits, to: path, provenance: "")
    let small = try load(size: 8)
    for index in 0..<6 {
      let image = RGBImage(width: 16, height: 16, pixels: Array(splits.train.image(at: index)))
      #expect(Array(small.train.image(at: index)) == image.middleSquare(size: 8).pixels)
    }
    #expect(small.train.labels == splits.train.labels)
    #expect(small.train.factors == splits.train.factors)
  }

  @Test func imageAfterImageGivesTheSameFileAsAllAtOnce() throws {
    let splits = try DatasetRequest(kind: .sprites, imageSize: 8, trainCount: 7, heldOutCount: 3)
      .load()
    let other = folder.path + "/other.gnomon"
    _ = try PackedDatasetWriter.write(splits, to: path, provenance: "p")
    let writer = try PackedDatasetWriter(path: other, side: 8, provenance: "p")
    for (split, images) in [(PackedSplit.train, splits.train), (.heldOut, splits.heldOut)] {
      try writer.begin(split, name: images.name)
      for index in 0..<images.count { try writer.append(Array(images.image(at: index))) }
      try writer.end(
        labels: images.labels, classNames: images.classNames, factors: images.factors)
      #expect(!FileManager.default.fileExists(atPath: other))
    }
    _ = try writer.finish()
    #expect(try PackedBytes(other).bytes == PackedBytes(path).bytes)
    #expect(try PackedBytes(other).long(PackedBytes.entry(0) + 16) == 4096, "pixels begin a page")
  }

  @Test func aWriterThatGoesLeavesNothing() throws {
    do {
      let writer = try PackedDatasetWriter(path: path, side: 8, provenance: "")
      try writer.begin(.train, name: "")
      try writer.append([UInt8](repeating: 1, count: 192))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  private struct Stop: Error {}

  /// Packs sprites over a file, and returns what `whileRead` or the writer threw; the file must be as it was.
  private func errorOfPacking(whileRead: () throws -> Void) throws -> (any Error)? {
    try folder.write("what was there", to: "images.gnomon")
    let splits = try DatasetRequest(kind: .sprites, imageSize: 8, trainCount: 9, heldOutCount: 9)
      .load()
    let error = #expect(throws: (any Error).self) {
      try PackedDatasetWriter.write(splits, to: path, provenance: "") { step in
        guard case .verified(let done, let all) = step, done < all else { return }
        try whileRead()
      }
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "what was there")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["images.gnomon"])
    return error
  }

  @Test func aFileThatIsFoundDamagedWhenItIsReadAgainTakesNoName() throws {
    let error = try errorOfPacking {
      // The training pixels were read; of the held-out ones, which begin the third page, a byte changes.
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      let name = try #require(names.first { $0.hasSuffix(".tmp") })
      let file = try #require(FileHandle(forUpdatingAtPath: folder.path + "/" + name))
      let start = UInt64(2 * PackedBytes.page)
      try file.seek(toOffset: start)
      let byte = try #require(try file.read(upToCount: 1)?.first)
      try file.seek(toOffset: start)
      try file.write(contentsOf: [byte ^ 1])
      try file.close()
    }
    #expect(
      error as? DatasetError
        == DatasetError(path, .format(.packed(.checksum("pixels of held_out")))))
  }

  @Test func whatEndsTheReadingLeavesWhatWasThere() throws {
    #expect(try errorOfPacking { throw Stop() } is Stop)
  }

  /// The fault of packing one image under each of two splits.
  private func fault(
    _ first: (classes: [String], factors: [Factor]),
    _ second: (classes: [String], factors: [Factor])
  ) throws -> DatasetError.Fault? {
    let writer = try PackedDatasetWriter(path: path, side: 8, provenance: "")
    do {
      for (split, part) in [(PackedSplit.train, first), (.heldOut, second)] {
        try writer.begin(split, name: "")
        try writer.append([UInt8](repeating: 1, count: 192))
        try writer.end(
          labels: part.classes.isEmpty ? [] : [0], classNames: part.classes, factors: part.factors)
      }
      _ = try writer.finish()
      return nil
    } catch let error as DatasetError {
      #expect(!error.description.contains("\n"))
      return error.fault
    }
  }

  @Test func splitsThatDoNotAgreeAreNotPacked() throws {
    let linear = Factor(name: "x", kind: .linear, values: [0])
    let kinds = Factor(name: "x", kind: .categorical(count: 2), values: [0])
    let more = Factor(name: "x", kind: .categorical(count: 3), values: [0])
    let names = (0...1000).map { Factor(name: "\($0)", kind: .linear, values: [0]) }
    for (first, second) in [(["a", "b"], ["v", "w", "x"]), (["a", "b"], ["b", "a"])] {
      #expect(
        try fault((first, []), (second, []))
          == .format(.packed(.classes(of: "train", and: "held_out"))))
    }
    for (first, second) in [(kinds, linear), (kinds, more)] {
      #expect(
        try fault(([], [first]), ([], [second]))
          == .format(.packed(.factorKind("x", of: "train", and: "held_out"))))
    }
    #expect(
      try fault(([], names), ([], [])) == .format(.packed(.factorCount(1001, split: "train"))))
    #expect(try fault((["a"], [linear]), ([], [linear])) == nil, "one split has no labels")
    #expect(try fault(([], Array(names.dropLast())), ([], [kinds])) == nil)
  }

  @Test func aSplitWithoutImagesIsAnError() throws {
    let writer = try PackedDatasetWriter(path: path, side: 8, provenance: "")
    #expect(throws: DatasetError.self) { try writer.finish() }
    try writer.begin(.train, name: "")
    #expect(throws: DatasetError.self) { try writer.end() }
  }

  @Test func whatCannotBeWrittenIsOneError() throws {
    for (path, reason) in [
      (folder.path, "it is a folder or a device"), ("/dev/null", "it is a folder or a device"),
      (folder.path + "/none/x.gnomon", "No such file or directory"),
    ] {
      let error = #expect(throws: DatasetError.self) {
        try PackedDatasetWriter(path: path, side: 8, provenance: "")
      }
      #expect(error?.fault == .unwritable(reason: reason))
    }
  }

  @Test func whatIsNoFileIsOneError() throws {
    for place in [folder.path, folder.path + "/none", "/dev/null"] {
      let error = #expect(throws: DatasetError.self) { try PackedDataset(path: place) }
      #expect(error?.fault == .noFile())
    }
  }

  @Test func aFileThatTakesTheNameLeavesWhatIsOpenAsItWas() throws {
    func write(_ seed: UInt64) throws -> DatasetSplits {
      let splits = try DatasetRequest(
        kind: .sprites, imageSize: 8, trainCount: 3, heldOutCount: 2, seed: seed
      ).load()
      _ = try PackedDatasetWriter.write(splits, to: path, provenance: "")
      return splits
    }
    let first = try write(0)
    let opened = try load()
    _ = try write(1)
    #expect(opened.train.pixels == first.train.pixels)
    #expect(try load().train.pixels != first.train.pixels)
  }
}
