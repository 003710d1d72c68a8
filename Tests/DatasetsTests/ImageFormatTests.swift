import CTurboJPEG
import Datasets
import Foundation
import Testing
import Torch

@Suite struct PNGTests {
  @Test func whatIsEncodedDecodesToTheSamePixels() throws {
    var random = CounterRandom(seed: 1)
    let image = RGBImage(
      width: 37, height: 21, pixels: (0..<37 * 21 * 3).map { _ in UInt8(random.index(below: 256)) })
    #expect(try RGBImage.decode(png(image)) == image)
  }

  @Test func encodingPixelsThatDoNotFitTheSizeIsRefused() {
    #expect(throws: ImageFault.self) { try PNGImage.encode(rgb: [1, 2, 3], width: 2, height: 1) }
    #expect(throws: ImageFault.self) { try PNGImage.encode(rgb: [], width: 0, height: 0) }
  }

  @Test func greyBecomesThreeEqualChannels() throws {
    let file = HandMadePNG(width: 2, height: 1, colorType: 0, rows: [[7, 200]]).file
    #expect(try RGBImage.decode(file).pixels == [7, 7, 7, 200, 200, 200])
  }

  @Test func oneBitGreyIsBlackAndWhite() throws {
    let file = HandMadePNG(width: 3, height: 1, depth: 1, colorType: 0, rows: [[0b0100_0000]]).file
    #expect(try RGBImage.decode(file).pixels == [0, 0, 0, 255, 255, 255, 0, 0, 0])
  }

  @Test func paletteColorsAreLookedUpAndTransparentOnesShowWhite() throws {
    var image = HandMadePNG(
      width: 3, height: 1, colorType: 3, palette: [1, 2, 3, 40, 50, 60], rows: [[1, 0, 1]])
    #expect(try RGBImage.decode(image.file).pixels == [40, 50, 60, 1, 2, 3, 40, 50, 60])
    image.paletteAlpha = [0]
    #expect(try RGBImage.decode(image.file).pixels == [40, 50, 60, 255, 255, 255, 40, 50, 60])
  }

  @Test func sixteenBitsAreTakenAsSRGB() throws {
    let row: [UInt8] = [0x80, 0x80, 0x00, 0x00, 0xFF, 0xFF]
    let file = HandMadePNG(width: 1, height: 1, depth: 16, colorType: 2, rows: [row]).file
    #expect(try RGBImage.decode(file).pixels == [128, 0, 255])
  }

  @Test func transparencyIsBlendedOverWhiteInSRGBValues() throws {
    let row: [UInt8] = [100, 0, 255, 255, 100, 0, 255, 0, 100, 0, 255, 51]
    let file = HandMadePNG(width: 3, height: 1, colorType: 6, rows: [row]).file
    // A fifth of the colour and four fifths of white in the last.
    #expect(try RGBImage.decode(file).pixels == [100, 0, 255, 255, 255, 255, 224, 204, 255])
    let grey = HandMadePNG(width: 1, height: 1, colorType: 4, rows: [[100, 51]]).file
    #expect(try RGBImage.decode(grey).pixels == [224, 224, 224])
  }

  @Test func everyTruncationIsRefused() throws {
    let file = try png(slope(width: 12, height: 12))
    // The last 12 bytes are the empty end chunk, without which the pixels are still whole.
    for length in 0..<file.count - 12 {
      #expect(throws: ImageFault.self, "\(length) of \(file.count) bytes") {
        try RGBImage.decode(Array(file[..<length]))
      }
    }
  }

  @Test func everyChangedByteIsRefusedOrHarmless() throws {
    let image = slope(width: 12, height: 12)
    let file = try png(image)
    for index in file.indices {
      var changed = file
      changed[index] ^= 0x41
      guard let decoded = try? RGBImage.decode(changed) else { continue }
      #expect(decoded == image, "byte \(index)")
    }
  }

  @Test func absurdSizesAreRefusedBeforeAnythingIsAllocated() {
    let file = HandMadePNG(width: 100_000, height: 100_000, colorType: 2, rows: [[0]]).file
    let fault = #expect(throws: ImageFault.self) { try RGBImage.decode(file) }
    #expect(fault?.reason == "too large (100000×100000, more than 67108864 pixels)")
  }
}

@Suite struct JPEGTests {
  @Test(arguments: [0, TJFLAG_PROGRESSIVE]) func colorsSurviveWithinTheLossOfTheFormat(
    flags: Int32
  ) throws {
    let image = slope(width: 50, height: 34)
    let decoded = try RGBImage.decode(jpeg(image, flags: flags))
    #expect(decoded.width == 50 && decoded.height == 34)
    // Quality 95 quantises the strongest frequencies by up to 12; a slope has hardly any of those.
    #expect(zip(decoded.pixels, image.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 6 })
  }

  @Test func greyBecomesThreeEqualChannels() throws {
    let decoded = try RGBImage.decode(jpeg(uniform([80, 80, 80], width: 9, height: 9), grey: true))
    #expect(decoded == uniform([80, 80, 80], width: 9, height: 9))
  }

  @Test func aLargeImageIsDecodedAtAFractionOfItsSizeButNotBelowWhatIsNeeded() throws {
    let file = jpeg(slope(width: 400, height: 300))
    for (shortSide, height) in [(301, 300), (151, 300), (150, 150), (75, 75), (38, 75), (37, 38)] {
      let image = try RGBImage.decode(file, shortSide: shortSide)
      #expect(image.height == height, "asked for \(shortSide)")
      #expect(image.width == (image.height * 4 + 2) / 3 || image.width == 50)
    }
    #expect(try RGBImage.decode(file, shortSide: 1).height == 38)
  }

  @Test(arguments: [(304, 304), (300, 300), (303, 411), (400, 305)])
  func aThumbnailLooksLikeTheFullImage(
    width: Int, height: Int
  ) throws {
    // Waves of 40 pixels, four of the thumbnail's, in all three channels.
    func wave(_ place: Int) -> UInt8 { UInt8(128 + 100 * sin(2 * Double.pi * Double(place) / 40)) }
    var pixels: [UInt8] = []
    for row in 0..<height {
      for column in 0..<width { pixels += [wave(row), wave(column), wave(row + column)] }
    }
    let file = jpeg(RGBImage(width: width, height: height, pixels: pixels))
    let full = try RGBImage.decode(file).middleSquare(size: 32)
    let quick = try RGBImage.decode(file, shortSide: 32).middleSquare(size: 32)
    let differences = zip(full.pixels, quick.pixels).map { abs(Double($0) - Double($1)) }
    // The average of 8 pixels takes 1 − sin(π/5)/(π/5) = 6.5 % of such a wave, of the one along the diagonal
    // twice as much; 2 for what is rounded; at the edges the last block holds what the encoder filled
    // it up with. Half a pixel's shift would be 40 levels.
    #expect((differences.max() ?? 255) <= 24)
    #expect(differences.reduce(0, +) / Double(differences.count) <= 6)
  }

  @Test(arguments: [0, TJFLAG_PROGRESSIVE]) func aFileThatLacksRowsIsRefused(flags: Int32) {
    let file = jpeg(slope(width: 40, height: 40), flags: flags)
    // Without the two bytes of the end marker all rows are there.
    for length in 0..<file.count - 2 {
      #expect(throws: ImageFault.self, "\(length) of \(file.count) bytes") {
        try RGBImage.decode(Array(file[..<length]))
      }
    }
    let fault = #expect(throws: ImageFault.self) {
      try RGBImage.decode(file.dropLast(30))
    }
    #expect(fault?.reason == "damaged JPEG: it ends before all of its rows are there")
  }

  @Test(arguments: [0, TJFLAG_PROGRESSIVE]) func whatTakesNoPixelAwayIsRead(flags: Int32) throws {
    let file = jpeg(slope(width: 40, height: 40), flags: flags)
    let whole = try RGBImage.decode(file)
    #expect(try RGBImage.decode(file.dropLast(2)) == whole, "no end marker")
    #expect(try RGBImage.decode(file.dropLast(1)) == whole, "half an end marker")
    #expect(try RGBImage.decode(file.dropLast(2) + [1, 2, 3] + file.suffix(2)) == whole)
    #expect(try RGBImage.decode(file + [1, 2, 3]) == whole, "bytes after the end")
  }

  @Test func changedBytesNeverCrash() {
    let file = jpeg(slope(width: 24, height: 24))
    for index in file.indices {
      for mask: UInt8 in [0x01, 0x80, 0xFF] {
        var changed = file
        changed[index] ^= mask
        _ = try? RGBImage.decode(changed, shortSide: 8)
      }
    }
  }

  @Test func moreScansThanASoundFileHasAreRefused() throws {
    // 600 scans of the lowest frequency, each empty: a pass over the image for a few bytes.
    let file = jpeg(uniform([9, 9, 9], width: 8, height: 8), grey: true, flags: TJFLAG_PROGRESSIVE)
    let scan = try #require(file.indices.first { file[$0] == 0xFF && file[$0 + 1] == 0xDA })
    let next = try #require(
      file.indices.first { $0 > scan + 1 && file[$0] == 0xFF && ![0, 0xFF].contains(file[$0 + 1]) })
    let repeated = [[UInt8]](repeating: Array(file[scan..<next]), count: 600).flatMap { $0 }
    let fault = #expect(throws: ImageFault.self) {
      try RGBImage.decode(file[..<scan] + repeated + file[next...])
    }
    #expect(fault?.reason == "damaged JPEG: more than 500 scans")
  }

  @Test func absurdSizesAreRefused() throws {
    var file = jpeg(uniform([1, 2, 3], width: 8, height: 8))
    // The frame header: FF C0, length 2, precision 1, height 2, width 2.
    let frame = try #require(file.indices.first { file[$0] == 0xFF && file[$0 + 1] == 0xC0 })
    file.replaceSubrange(frame + 5..<frame + 9, with: [0x80, 0x00, 0x80, 0x00])
    let fault = #expect(throws: ImageFault.self) { try RGBImage.decode(file) }
    #expect(fault?.reason == "too large (32768×32768, more than 67108864 pixels)")
  }
}

@Suite struct ImageDecodingTests {
  @Test func whatIsNoImageIsRefused() {
    let text = #expect(throws: ImageFault.self) { try RGBImage.decode(Array("hello".utf8)) }
    #expect(text?.reason == "not a PNG, JPEG, WebP, GIF, BMP or TIFF file")
    let empty = #expect(throws: ImageFault.self) { try RGBImage.decode([]) }
    #expect(empty?.reason == "the file is empty")
    let letters = #expect(throws: ImageFault.self) {
      try RGBImage.decode(Array("BM is how this text of many words begins".utf8))
    }
    #expect(letters?.reason == "not a PNG, JPEG, WebP, GIF, BMP or TIFF file")
  }

  @Test(arguments: [
    ("....ftypavif", "an AVIF"), ("....ftypheic", "a HEIF"), ("....jP  ....", "a JPEG 2000"),
    ("....JXL ....", "a JPEG XL"), ("8BPS", "a Photoshop"),
  ]) func imagesOfOtherFormatsAreNamed(start: String, name: String) {
    let fault = #expect(throws: ImageFault.self) { try RGBImage.decode(Array(start.utf8)) }
    #expect(fault?.reason == "\(name) file; convert it to PNG or JPEG")
  }
}
