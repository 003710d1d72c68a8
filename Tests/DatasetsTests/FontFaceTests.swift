import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct FontFaceTests {
  private func bytes(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: fixture("fonts/\(name)"))))
  }

  private func face(_ name: String) throws -> FontFace {
    try FontFace(FontFile(try bytes(name)))
  }

  @Test func aBoxFillsTheMiddleOfTheSquareUpToItsMargin() throws {
    let face = try face("letters/block.ttf")
    // The letter J is a square, E half as wide as high: 28 × 28 and 28 × 14 of 32 pixels.
    for (letter, columns) in [("J", 2..<30), ("E", 9..<23)] as [(Unicode.Scalar, Range<Int>)] {
      let levels = try face.levels(of: letter, side: 32, margin: 2)
      for row in 0..<32 {
        for column in 0..<32 {
          let isInk = 2..<30 ~= row && columns ~= column
          #expect(levels[row * 32 + column] == (isInk ? 255 : 0), "\(letter) \(row) \(column)")
        }
      }
    }
  }

  @Test func rowsAreFromTheTopAndEdgesAreShadedByTheAreaTheyCover() throws {
    // A triangle whose right angle is at its lower right; letter J: the tip is above the right angle.
    let levels = try face("letters/wedge.ttf").levels(of: "J", side: 32, margin: 2)
    #expect(levels[29 * 32 + 29] == 255 && levels[2 * 32 + 2] == 0)
    // Half of 28 × 28 pixels, to a hundredth of a pixel's row.
    let ink = levels.reduce(0.0) { $0 + Double($1) / 255 }
    #expect(abs(ink - 28 * 28 / 2) < 2)
    for step in 0..<28 {
      // The diagonal halves the pixels it runs through.
      #expect(abs(Int(levels[(29 - step) * 32 + 2 + step]) - 128) <= 2)
    }
  }

  @Test func aFaceSaysWhatItsFileSays() throws {
    let said = try face("letters/block-bold.ttf").description
    #expect(said.family == "Block Sample" && said.style == "Bold Italic")
    #expect(said.weight == 700 && said.isBold && said.isItalic && !said.isMonospaced)
    #expect(said.panoseKind == 2 && said.panoseSerif == 11)
    #expect(said.isScalable && said.faceCount == 1)
    #expect(try face("letters/frame.ttf").description.isMonospaced)
    #expect(try face("letters/wedge.ttf").description.familyClass == 8)
  }

  @Test func whatIsNotThereAndWhatShowsNothingAreToldApart() throws {
    let partial = try face("odd/partial.ttf")
    #expect(partial.has("A") && !partial.has("J"))
    #expect(throws: FontFace.Fault.absent) { try partial.levels(of: "J", side: 32, margin: 2) }
    #expect(throws: FontFace.Fault.blank) {
      try face("odd/blank.ttf").levels(of: "D", side: 32, margin: 2)
    }
    #expect(throws: FontFace.Fault.absent) { try partial.picture(of: "A") }
  }

  @Test func aColouredBitmapIsLaidOverWhite() throws {
    let picture = try face("pictures/NotoColorEmoji.ttf").picture(of: "\u{1F605}")
    #expect(picture.width == 8 && picture.height == 6)
    // Number 5: its colour in the left half; in the right one at 128 of 255 over white.
    for row in 0..<6 {
      for column in 0..<8 {
        let start = (row * 8 + column) * 3
        for (channel, value) in [20.0, 235, 100].enumerated() {
          let alpha = column < 4 ? 1 : 128.0 / 255
          let expected = value * alpha + 255 * (1 - alpha)
          // FreeType multiplies by the opacity in whole numbers.
          #expect(abs(Double(picture.pixels[start + channel]) - expected) <= 1)
        }
      }
    }
  }

  @Test func anythingButAFontIsADamagedOne() {
    for file in [[], [0], Array("OTTO".utf8), Array(repeating: 0x41, count: 5000)] as [[UInt8]] {
      #expect {
        try FontFace(FontFile(file))
      } throws: { error in
        if case FontFace.Fault.damaged(let message) = error { !message.isEmpty } else { false }
      }
    }
    #expect(throws: FontFace.Fault.self) {
      try FontFace(FontFile(try bytes("letters/block.ttf")), index: 7)
    }
  }

  @Test func aDamagedFontGivesLettersOrAnErrorAndNothingElse() throws {
    for name in ["letters/frame.ttf", "pictures/NotoColorEmoji.ttf"] {
      let whole = try bytes(name)
      var random = SystemRandomNumberGenerator()
      for round in 0..<1_500 {
        var file = whole
        if round % 3 == 0 {
          file = Array(file.prefix(Int.random(in: 0..<file.count, using: &random)))
        }
        for _ in 0..<Int.random(in: 1...6, using: &random) where !file.isEmpty {
          file[Int.random(in: 0..<file.count, using: &random)] = .random(
            in: 0...255, using: &random)
        }
        guard let face = try? FontFace(FontFile(file)) else { continue }
        for letter in "ABCDEFGHIJ".unicodeScalars {
          if let levels = try? face.levels(of: letter, side: 32, margin: 2) {
            #expect(levels.count == 32 * 32)
          }
        }
        for number in [0x1F600, 0x1F602, 0x1F620] as [UInt32] {
          guard let character = Unicode.Scalar(number) else { continue }
          if let picture = try? face.picture(of: character) {
            #expect(picture.pixels.count == picture.width * picture.height * 3)
          }
        }
      }
    }
  }
}
