import Datasets
import Foundation
import Testing
import Torch

@Suite struct InspectionTests {
  private func dataset(
    _ images: [RGBImage], labels: [Int] = [], classNames: [String] = []
  ) -> ImageDataset {
    ImageDataset(
      name: "test", height: images[0].height, width: images[0].width,
      pixels: images.flatMap(\.pixels), labels: labels, classNames: classNames)
  }

  private func sprites(_ count: Int, size: Int, seed: UInt64 = 5) -> [RGBImage] {
    let made = Sprites.dataset(split: .train, count: count, size: size, seed: seed)
    return (0..<count).map {
      RGBImage(width: size, height: size, pixels: Array(made.image(at: $0)))
    }
  }

  @Test func meanAndDeviationAreThoseOfAllPixels() {
    // Red is 0 or 255 in halves, green 51 everywhere, blue 0, 51, 102, 153 in quarters.
    let first = RGBImage(width: 2, height: 1, pixels: [0, 51, 0, 255, 51, 51])
    let second = RGBImage(width: 2, height: 1, pixels: [0, 51, 102, 255, 51, 153])
    let found = ChannelStatistics(of: dataset([first, second]))
    // Sums of four numbers of twelve digits.
    #expect(zip(found.mean, [0.5, 0.2, 0.3]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(zip(found.deviation, [0.5, 0, 0.05.squareRoot()]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(found.normalise == nil)
    let third = RGBImage(width: 2, height: 1, pixels: [0, 0, 0, 255, 51, 51])
    #expect(ChannelStatistics(of: dataset([third])).normalise == "0.5,0.1,0.1/0.5,0.1,0.1")
  }

  @Test func theHashesThatMultiIndexHashingFindsAreThoseThatLoopsFind() {
    var random = CounterRandom(seed: 3)
    var hashes: [UInt64] = []
    for _ in 0..<60 {
      let center = UInt64(random.nextWord()) << 32 | UInt64(random.nextWord())
      for _ in 0..<6 {
        var hash = center
        for _ in 0..<Int(random.nextWord() % 9) { hash ^= 1 << UInt64(random.nextWord() % 64) }
        hashes.append(hash)
      }
    }
    var expected: Set<[Int]> = []
    for second in hashes.indices {
      for first in 0..<second where (hashes[first] ^ hashes[second]).nonzeroBitCount <= 7 {
        expected.insert([first, second])
      }
    }
    var found: [[Int]] = []
    MultiIndexHash(hashes).eachPair { found.append([$0, $1]) }
    #expect(found.count == expected.count && Set(found) == expected && expected.count > 300)
  }

  @Test func copiesThatAreBrighterSmallerOrCompressedAreFoundAndNothingElse() throws {
    let size = 64
    // With their copies too many to compare all with all.
    let originals = sprites(520, size: size)
    let altered: [(name: String, change: (RGBImage) throws -> RGBImage)] = [
      (
        "darker and flatter",
        { image in
          RGBImage(
            width: size, height: size, pixels: image.pixels.map { UInt8(Double($0) * 0.8 + 25) })
        }
      ),
      ("a third smaller and back", { $0.middleSquare(size: 40).middleSquare(size: size) }),
      ("a JPEG", { try RGBImage.decode(jpeg($0)) }),
    ]
    for (name, change) in altered {
      let copies = try originals.map(change)
      let found = ImageDuplicates(train: dataset(originals), heldOut: dataset(copies))
      #expect(found.exact.isEmpty, "\(name)")
      let pairs = found.near.filter(\.crosses).map { [$0.first.index, $0.second.index] }
      #expect(Set(pairs).isSuperset(of: (0..<520).map { [$0, $0] }), "\(name): \(pairs.count)")
      // Sprites of one shape, place and hue are rare, and none is a copy.
      #expect(pairs.count <= 525, "\(name): \(pairs.count)")
      #expect(found.nearAcross(from: .train) == 520)
    }
  }

  @Test func equalImagesAreCountedWithinAndAcrossTheSplits() {
    let images = sprites(6, size: 32)
    let train = dataset(
      [0, 1, 0, 2, 0].map { images[$0] }, labels: [0, 1, 0, 1, 1], classNames: ["a", "b"])
    let heldOut = dataset(
      [3, 1, 3, 4].map { images[$0] }, labels: [0, 0, 0, 1], classNames: ["a", "b"])
    let inspection = DatasetInspection(of: DatasetSplits(train: train, heldOut: heldOut))
    let found = inspection.duplicates
    #expect(found.exactWithin(.train) == 2 && found.exactWithin(.heldOut) == 1)
    #expect(found.exactAcross(from: .train) == 1)
    #expect(found.exact.first { $0.crosses }?.first.index == 1)
    #expect(inspection.conflictCount == 2)
    #expect(inspection.train.classCounts == [2, 3] && inspection.heldOut.classCounts == [3, 1])
    #expect(inspection.train.extremes?.least == 2 && inspection.train.extremes?.most == 3)
    #expect(inspection.fitted == nil)
  }

  /// An image with other noise of up to `most` levels.
  private func noisy(_ image: RGBImage, most: Int = 3, _ random: inout CounterRandom) -> RGBImage {
    RGBImage(
      width: image.width, height: image.height,
      pixels: image.pixels.map { level in
        let noise = Int(random.nextWord() % UInt32(2 * most + 1)) - most
        return UInt8(clamping: Int(level) + noise)
      })
  }

  /// More images than are all compared, many or all of one scene.
  @Test(arguments: [(frames: 1_100, others: 0), (frames: 700, others: 500)])
  func heldOutFramesOfASceneThatIsTrainedOnAreAllFound(frames: Int, others: Int) {
    var random = CounterRandom(seed: 7)
    let made = sprites(1 + others, size: 16)
    let scene = (0..<frames).map { _ in noisy(made[0], &random) }
    let found = ImageDuplicates(
      train: dataset(Array(scene.dropFirst(50) + made.dropFirst())),
      heldOut: dataset(Array(scene.prefix(50))))
    #expect(found.exact.isEmpty && found.nearAcross(from: .train) == 50)
    // All but the first; of an image the 256 neighbours at most that are compared may all come after it.
    #expect(found.nearWithin(.heldOut) >= 47)
    #expect(Double(found.nearWithin(.train)) > 0.97 * Double(frames - 50))
    let keys = found.near.map { [$0.first, $0.second] }
    #expect(Set(keys).count == keys.count)
  }

  @Test func everyCopyCountsInItsSplitAndAcross() {
    let image = sprites(1, size: 32)[0]
    var random = CounterRandom(seed: 8)
    let other = noisy(image, most: 1, &random)
    let twice = ImageDuplicates(train: dataset([image]), heldOut: dataset([image, image]))
    #expect(twice.exactWithin(.heldOut) == 1 && twice.exactWithin(.train) == 0)
    #expect(twice.exactAcross(from: .train) == 2 && twice.near.isEmpty)
    let near = ImageDuplicates(train: dataset([image]), heldOut: dataset([other, other, other]))
    #expect(near.exactWithin(.heldOut) == 2 && near.exactAcross(from: .train) == 0)
    #expect(near.nearAcross(from: .train) == 3 && near.nearWithin(.heldOut) == 0)
    // An image that has an equal one is not counted as a near one too.
    let both = ImageDuplicates(train: dataset([image, other]), heldOut: dataset([other, image]))
    #expect(both.exactAcross(from: .train) == 2 && both.nearAcross(from: .train) == 0)
    #expect(both.nearWithin(.train) == 1 && both.nearWithin(.heldOut) == 1)
  }

  @Test func imagesThatProbesAreFittedOnAreComparedWithTheHeldOutOnes() throws {
    let images = sprites(4, size: 32)
    var random = CounterRandom(seed: 9)
    let near = noisy(images[1], most: 1, &random)
    let inspection = DatasetInspection(
      of: DatasetSplits(
        train: dataset([images[0], images[2]]),
        heldOut: dataset(
          [images[2], images[0], near], labels: [0, 1, 0], classNames: ["a", "b"]),
        fitted: dataset(
          [images[1], images[0], images[0]], labels: [0, 0, 0], classNames: ["a", "b"])))
    let found = inspection.duplicates
    #expect(found.exactAcross(from: .train) == 2 && found.nearAcross(from: .train) == 0)
    #expect(found.exactAcross(from: .fitted) == 1 && found.nearAcross(from: .fitted) == 1)
    #expect(found.exactWithin(.fitted) == 1 && found.exactWithin(.train) == 0)
    #expect(found.near.map(\.first.split) == [.fitted] && found.near[0].first.index == 0)
    // Held-out image 1 is equal to the fitted image 1, whose label is another.
    #expect(inspection.conflictCount == 1)
    #expect(inspection.fitted?.count == 3)
  }

  @Test func otherColoursAndPlainImagesAreNoDuplicates() {
    func tinted(_ red: Int, _ blue: Int) -> RGBImage {
      // A pattern whose luma is the same whatever the tint.
      let pixels = (0..<32 * 32).flatMap { place -> [UInt8] in
        let grey = 100 + 40 * (place / 4 % 2) + 30 * (place / 128 % 2)
        return [UInt8(grey + red), UInt8(grey), UInt8(grey + blue)]
      }
      return RGBImage(width: 32, height: 32, pixels: pixels)
    }
    let found = ImageDuplicates(
      train: dataset([tinted(80, 0), uniform([9, 9, 9], width: 32, height: 32)]),
      heldOut: dataset([
        tinted(0, 80), uniform([10, 10, 10], width: 32, height: 32), tinted(76, 3),
      ]))
    #expect(found.exact.isEmpty && found.near.map(\.second.index) == [2])
  }

  @Test func aSheetHasARowAClassAndSpreadsItsImages() {
    let images = (0..<12).map { uniform([UInt8($0 * 20), 0, 0], width: 8, height: 8) }
    let labels = (0..<12).map { $0 % 3 == 0 ? 0 : 2 }
    let sheet = SampleSheet(
      of: dataset(images, labels: labels, classNames: ["a", "none", "b"]), columns: 3, rows: 9,
      magnification: 2)
    #expect(sheet.rowNames == ["a", "b"])
    #expect(sheet.width == 3 * 18 + 2 && sheet.height == 2 * 18 + 2)
    func red(_ row: Int, _ column: Int, _ pixel: Int) -> UInt8 {
      sheet.pixels[((2 + row * 18 + pixel) * sheet.width + 2 + column * 18 + pixel) * 3]
    }
    // Class a: images 0, 3, 6, 9; class b: 1, 2, 4, 5, 7, 8, 10, 11.
    for pixel in [0, 15] {
      #expect((0..<3).map { red(0, $0, pixel) } == [0, 60, 120])
      #expect((0..<3).map { red(1, $0, pixel) } == [20, 80, 160])
    }
    #expect(sheet.pixels.prefix(3 * sheet.width).allSatisfy { $0 == 255 })
    let plain = SampleSheet(of: dataset(images), columns: 5, rows: 2)
    #expect(plain.rowNames == ["test", "test"] && plain.width == 5 * 10 + 2)
  }

  @Test func sizesAreThoseOfTheFilesHoweverTheyAreDecoded() throws {
    let folder = try TemporaryFolder()
    for (name, width, height) in [
      ("a/1", 400, 300), ("a/2", 50, 60), ("b/1", 61, 33), ("b/2", 90, 90),
    ] {
      try folder.write(jpeg(slope(width: width, height: height)), to: name + ".jpg")
    }
    let sizes = ImageSizes()
    var request = DatasetRequest(kind: .folder, path: folder.path, imageSize: 32)
    request.sizes = sizes
    _ = try request.load()
    // The largest is decoded at an eighth; of four the median is the second.
    #expect(sizes.count == 4)
    #expect(sizes.widths.map { [$0.least, $0.median, $0.most] } == [50, 61, 400])
    #expect(sizes.heights.map { [$0.least, $0.median, $0.most] } == [33, 60, 300])
  }
}
