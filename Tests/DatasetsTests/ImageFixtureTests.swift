import Datasets
import Foundation
import TestSupport
import Testing
import Torch

/// The files of Tests/Fixtures/images and the pixels that Pillow reads from them.
enum ImageFixtures {
  static let names: [String] = {
    let all = try? FileManager.default.contentsOfDirectory(atPath: fixture("images"))
    return (all ?? []).sorted()
  }()

  static func file(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: fixture("images/" + name))))
  }

  static func expected(_ name: String) throws -> RGBImage {
    let tensor = try #require(
      try SafeTensors(path: fixture("images.safetensors")).tensors[name])
    return RGBImage(
      width: tensor.shape[1], height: tensor.shape[0], pixels: tensor.scalars())
  }

  static func named(_ endings: String...) -> [String] {
    names.filter { name in endings.contains { name.hasSuffix($0) } }
  }
}

extension RGBImage {
  /// The largest difference of a byte from another image's; nil where the sizes differ.
  func difference(from other: RGBImage) -> Int? {
    guard width == other.width, height == other.height else { return nil }
    return zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }.max()
  }
}

@Suite struct ImageFixtureTests {
  private func difference(_ name: String) throws -> Int {
    let image = try RGBImage.decode(ImageFixtures.file(name))
    return try #require(image.difference(from: ImageFixtures.expected(name)), "\(name): its size")
  }

  @Test func thereAreFilesOfEveryFormat() {
    #expect(ImageFixtures.named(".png").count >= 24)
    #expect(ImageFixtures.named(".bmp").count >= 14)
    #expect(ImageFixtures.named(".gif").count >= 4)
    #expect(ImageFixtures.named(".jpg").count >= 19)
    #expect(ImageFixtures.named(".webp").count >= 6)
    #expect(ImageFixtures.named(".tiff").count >= 13)
  }

  @Test(arguments: ImageFixtures.named(".png", ".bmp", ".gif"))
  func filesWithoutLossHavePillowsPixels(name: String) throws {
    #expect(try difference(name) == 0)
  }

  /// Decoders may differ in the rounding of the cosine transform and of the colours.
  @Test(arguments: ImageFixtures.named(".jpg").filter { !$0.contains("cmyk") && $0 != "ycck.jpg" })
  func jpegFilesHavePillowsPixels(name: String) throws {
    #expect(try difference(name) <= 2)
  }

  /// As above, and the product of ink and black is rounded besides.
  @Test(arguments: ["cmyk.jpg", "cmyk-unmarked.jpg", "ycck.jpg"])
  func inksBecomePillowsColors(name: String) throws {
    #expect(try difference(name) <= 4)
  }

  /// 1 more where there is alpha: it is rounded twice.
  @Test(arguments: ImageFixtures.named(".webp"))
  func webpFilesHavePillowsPixels(name: String) throws {
    #expect(try difference(name) <= 2)
  }

  /// libtiff rounds 16 bits, alpha and ink where Pillow cuts off; JPEG within TIFF is as above.
  @Test(arguments: ImageFixtures.named(".tiff"))
  func tiffFilesHavePillowsPixels(name: String) throws {
    let rounded = ["grey-16.tiff", "grey-alpha.tiff", "rgba.tiff", "cmyk.tiff"].contains(name)
    #expect(try difference(name) <= (rounded ? 1 : name == "jpeg.tiff" ? 2 : 0))
  }

  @Test func theEightOrientationsAreOfOnePicture() throws {
    let upright = try RGBImage.decode(ImageFixtures.file("turned-1.jpg"))
    for orientation in 1...8 {
      let turned = try RGBImage.decode(ImageFixtures.file("turned-\(orientation).jpg"))
      #expect(turned.width == (orientation < 5 ? upright.width : upright.height))
      #expect(turned.pixels.count == upright.pixels.count)
      // The pixel that is stored first, by where a turn takes it.
      let right = [2, 3, 6, 7].contains(orientation) ? turned.width - 1 : 0
      let bottom = [3, 4, 7, 8].contains(orientation) ? turned.height - 1 : 0
      let place = 3 * (bottom * turned.width + right)
      #expect(Array(turned.pixels[place..<place + 3]) == Array(upright.pixels[0..<3]))
    }
  }

  @Test func aThumbnailIsTurnedAroundTheImageAndNotItsLastBlocks() throws {
    func thumbnail(_ orientation: Int) throws -> [[UInt8]] {
      let file = try ImageFixtures.file("turned-\(orientation).jpg")
      // 37 × 26 pixels at a half: the last column is half an image's, half the encoder's.
      let image = try RGBImage.decode(file, shortSide: 9)
      #expect(min(image.width, image.height) == 13 && max(image.width, image.height) == 19)
      let pixels = image.middleSquare(size: 9).pixels
      return (0..<81).map { Array(pixels[3 * $0..<3 * $0 + 3]) }
    }
    let upright = try thumbnail(1)
    // 1 for weights that are rounded from the other side.
    func isClose(_ first: [[UInt8]], _ second: [[UInt8]]) -> Bool {
      zip(first.joined(), second.joined()).allSatisfy { abs(Int($0) - Int($1)) <= 1 }
    }
    #expect(isClose(try thumbnail(3), upright.reversed()))
    #expect(isClose(try thumbnail(5), (0..<81).map { upright[$0 % 9 * 9 + $0 / 9] }))
    #expect(isClose(try thumbnail(2), (0..<81).map { upright[$0 / 9 * 9 + 8 - $0 % 9] }))
  }
}

@Suite struct HostileImageTests {
  /// What decoding a damaged file may do: give an image of the limit's size at most, or one line.
  private func check(_ file: [UInt8], _ comment: String) {
    do throws(ImageFault) {
      let image = try RGBImage.decode(file, shortSide: 8)
      #expect(image.width * image.height <= RGBImage.pixelLimit, "\(comment)")
    } catch {
      #expect(!error.reason.isEmpty && !error.reason.contains("\n"), "\(comment)")
    }
  }

  @Test(arguments: ImageFixtures.names) func everyTruncationGivesOneClearError(name: String) throws
  {
    let file = try ImageFixtures.file(name)
    for length in 0..<file.count { check(Array(file[..<length]), "\(name): \(length) bytes") }
    // Half of any of these lacks pixels.
    let fault = #expect(throws: ImageFault.self) {
      try RGBImage.decode(Array(file[..<(file.count / 2)]))
    }
    #expect(fault?.reason.hasPrefix("damaged ") == true, "\(fault as Any)")
  }

  @Test(arguments: ImageFixtures.names) func changedBytesNeverCrash(name: String) throws {
    let file = try ImageFixtures.file(name)
    var random = CounterRandom(seed: 7)
    for index in file.indices where index < 200 || random.index(below: 8) == 0 {
      var changed = file
      changed[index] = UInt8(truncatingIfNeeded: random.nextWord())
      check(changed, "\(name): byte \(index)")
    }
  }

  @Test func sizesBeyondTheLimitAreRefusedInEveryFormat() throws {
    func refusal(_ name: String, _ change: (inout [UInt8]) throws -> Void) throws -> String {
      var file = try ImageFixtures.file(name)
      try change(&file)
      let fault = #expect(throws: ImageFault.self) { try RGBImage.decode(file) }
      return fault?.reason ?? ""
    }
    let limit = ", more than 67108864 pixels)"
    let bmp = try refusal("rgb-24.bmp") {
      $0.replaceSubrange(18..<26, with: [0, 0, 1, 0, 0, 0, 1, 0])
    }
    #expect(bmp == "too large (65536×65536" + limit)
    let gif = try refusal("plain.gif") { $0.replaceSubrange(6..<10, with: [255, 255, 255, 255]) }
    #expect(gif == "too large (65535×65535" + limit)
    let webp = try refusal("moving.webp") {
      // The canvas of the extended header: 24 bits each, less one.
      $0.replaceSubrange(24..<30, with: [0xFF, 0x3F, 0, 0xFF, 0x3F, 0])
    }
    #expect(webp == "too large (16384×16384" + limit)
    let tiff = try refusal("rgb-raw.tiff") { file in
      // Width and length in the first directory: tags 256 and 257.
      let directory = file[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
      for entry in stride(from: directory + 2, to: directory + 40, by: 12)
      where file[entry + 1] == 1 && file[entry] < 2 {
        file.replaceSubrange(entry + 2..<entry + 12, with: [4, 0, 1, 0, 0, 0, 0, 0, 1, 0])
      }
    }
    #expect(tiff == "too large (65536×65536" + limit)
  }

  @Test(arguments: ["rgb-raw.tiff", "grey.tiff", "rgb-tiff_lzw.tiff", "fax.tiff"])
  func aTIFFWithoutAllOfItsRowsIsRefused(name: String) throws {
    var file = try ImageFixtures.file(name)
    let directory = file[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let entry = try #require(
      stride(from: directory + 2, to: file.count - 12, by: 12)
        .first { file[$0] == 1 && file[$0 + 1] == 1 }, "the length, tag 257")
    file.replaceSubrange(entry + 2..<entry + 12, with: [4, 0, 1, 0, 0, 0, 60, 0, 0, 0])
    #expect(throws: ImageFault.self) { try RGBImage.decode(file) }
  }

  @Test func aBMPOfTheLowestHeightIsRefused() throws {
    var file = try ImageFixtures.file("rgb-24.bmp")
    file.replaceSubrange(22..<26, with: [0, 0, 0, 0x80])
    #expect(throws: ImageFault.self) { try RGBImage.decode(file) }
  }
}
