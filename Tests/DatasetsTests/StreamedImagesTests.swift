import Datasets
import Foundation
import TestSupport
import Testing

/// Images that are read when they are asked for, beside the same held in memory.
@Suite struct StreamedImagesTests {
  private func load(
    _ kind: DatasetKind, _ path: String, _ loading: ImageLoading, train: Int? = nil,
    strict: Bool = false
  ) throws -> DatasetSplits {
    var request = DatasetRequest(
      kind: kind, path: path, imageSize: 8, trainCount: train, seed: 3, strict: strict)
    request.loading = loading
    return try request.load()
  }

  private func expectEqual(_ streamed: ImageDataset, _ held: ImageDataset) {
    #expect(!streamed.pixels.areInMemory && held.pixels.areInMemory)
    #expect(streamed.pixels == held.pixels)
    #expect(streamed.pixels.bytes == held.pixels.bytes)
    #expect(streamed.labels == held.labels && streamed.classNames == held.classNames)
    #expect(streamed.factors == held.factors && streamed.name == held.name)
  }

  /// Two classes of ten images each to train on, and one of each to hold out.
  private func photographs() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for index in 0..<20 {
      let image = slope(width: 20 + index, height: 24)
      let name = "train/\(index % 2)/\(index)"
      if index < 10 {
        try folder.write(png(image), to: name + ".png")
      } else {
        try folder.write(jpeg(image), to: name + ".jpg")
      }
    }
    for index in 0..<2 {
      try folder.write(png(slope(width: 9, height: 9)), to: "val/\(index)/a.png")
    }
    return folder
  }

  @Test func imagesOfFoldersAreTheSame() throws {
    let folder = try photographs()
    for train in [nil, 7] {
      let streamed = try load(.folder, folder.path, .stream, train: train)
      let held = try load(.folder, folder.path, .memory, train: train)
      expectEqual(streamed.train, held.train)
      expectEqual(streamed.heldOut, held.heldOut)
    }
  }

  @Test(arguments: [
    (DatasetKind.webDataset, "shards"), (.webDataset, "shards-json/all.tar"),
    (.numpy, "numpy/grey.npz"),
  ])
  func imagesOfOtherFilesAreTheSame(kind: DatasetKind, path: String) throws {
    let path = fixture("datasets/" + path)
    let streamed = try load(kind, path, .stream)
    let held = try load(kind, path, .memory)
    expectEqual(streamed.train, held.train)
    expectEqual(streamed.heldOut, held.heldOut)
    #expect(streamed.skipped == held.skipped)
  }

  @Test func imagesMadeAheadAreTheSameInAnyOrder() throws {
    let folder = try photographs()
    var request = DatasetRequest(kind: .folder, path: folder.path, imageSize: 8)
    request.loading = .stream
    request.bytesAhead = 5 * 192
    let streamed = try request.load().train
    let held = try load(.folder, folder.path, .memory).train
    let order = [3, 3, 9, 0, 1, 15, 7, 8, 2, 3, 11, 4]
    for plan in [order, order.reversed(), [], [14, 13]] {
      streamed.pixels.willNeed(plan)
      for start in stride(from: 0, to: order.count, by: 4) {
        let batch = order[start..<start + 4]
        #expect(streamed.pixels.gathered(batch) == held.pixels.gathered(batch))
        streamed.pixels.withBytes(of: batch) { bytes, offsets in
          for (image, offset) in zip(batch, offsets) {
            #expect(Array(bytes[offset..<offset + 192]) == Array(held.image(at: image)))
          }
        }
      }
    }
  }

  @Test func anImageThatCannotBeReadIsReplacedByTheNextOfItsClass() throws {
    let folder = try photographs()
    let whole = try load(.folder, folder.path, .memory).train
    let streamed = try load(.folder, folder.path, .stream)
    // The files of class 1 are numbers 10 to 19, in the order of their names.
    try folder.write("no image", to: "train/1/9.png")
    let last = 19
    for pass in 0..<2 {
      let pixels = streamed.train.pixels
      #expect(pixels[last] == pixels[10], "pass \(pass): after the last comes the first")
      #expect((0..<last).allSatisfy { pixels[$0] == whole.pixels[$0] })
    }
    #expect(streamed.skippedSoFar.map(\.path) == [folder.path + "/train/1/9.png"])
    #expect(streamed.skipped.isEmpty && streamed.areStreamed)
    try streamed.checkReading()
  }

  @Test func aStrictRequestHasAProblemInstead() throws {
    let folder = try photographs()
    let streamed = try load(.folder, folder.path, .stream, strict: true)
    try streamed.checkReading()
    try folder.write("no image", to: "train/1/9.png")
    let pixels = streamed.train.pixels.bytes
    #expect(pixels.suffix(192).allSatisfy { $0 == 0 }, "and it is black")
    let error = #expect(throws: DatasetError.self) { try streamed.checkReading() }
    #expect(error?.place == folder.path + "/train/1/9.png")
    #expect(error?.problem == "not a PNG, JPEG, WebP, GIF, BMP or TIFF file")
  }

  @Test func ofSeveralProblemsTheFirstByPathIsNamedWhateverIsReadFirst() throws {
    let folder = try photographs()
    let streamed = try load(.folder, folder.path, .stream, strict: true)
    for name in ["val/0/a.png", "train/1/9.png", "train/1/3.png"] {
      try folder.write("no image", to: name)
    }
    _ = streamed.heldOut.pixels.bytes
    for image in [19, 13] + Array(0..<20) { _ = streamed.train.pixels[image] }
    let error = #expect(throws: DatasetError.self) { try streamed.checkReading() }
    #expect(error?.place == folder.path + "/train/1/3.png")
    let lines = streamed.skippedLines()
    #expect(lines.count == 4 && lines.first?.hasPrefix("skipped 3 files: 3 × not a PNG") == true)
  }

  @Test func aHundredFilesInARowThatCannotBeReadAreReplaced() throws {
    let folder = try TemporaryFolder()
    for index in 0..<100 {
      try folder.write("no image", to: String(format: "train/a/%03d.png", index))
    }
    try folder.write(png(slope(width: 9, height: 9)), to: "train/a/100.png")
    for name in ["train/b/0.png", "val/a/0.png", "val/b/0.png"] {
      try folder.write(png(slope(width: 12, height: 9)), to: name)
    }
    let streamed = try load(.folder, folder.path, .stream)
    let bytes = streamed.train.pixels.bytes
    try streamed.checkReading()
    #expect(streamed.skippedLines().first?.hasPrefix("skipped 100 files") == true)
    let ofClass = (0..<101).map { image in Array(bytes[image * 192..<(image + 1) * 192]) }
    #expect(Set(ofClass).count == 1)
  }

  @Test func filesThatAreGoneAreAProblem() throws {
    let folder = try photographs()
    let streamed = try load(.folder, folder.path, .stream)
    try folder.remove("train/1")
    _ = streamed.train.pixels.bytes
    let error = #expect(throws: DatasetError.self) { try streamed.checkReading() }
    guard case .noSubstitute = error?.fault else {
      Issue.record("\(error as Any)")
      return
    }
  }

  @Test func whatAQuarterOfTheMemoryHoldsIsHeld() throws {
    let folder = try photographs()
    #expect(try !load(.folder, folder.path, .automatic).areStreamed)
    #expect(try load(.folder, folder.path, .stream).areStreamed)
  }
}
