import CFonts

/// A font file in memory, at an address that stays: its faces read from it as long as they live.
package final class FontFile {
  fileprivate let bytes: UnsafeMutableRawBufferPointer

  package init(_ file: [UInt8]) {
    bytes = .allocate(byteCount: file.count, alignment: 8)
    bytes.copyBytes(from: file)
  }

  deinit { bytes.deallocate() }

  /// How many faces the header of a collection claims, no more than the file has room for; nil for other files.
  ///
  /// Source: Microsoft, *OpenType specification*, The OpenType Font File: the TTC header.
  var collectionCount: Int? {
    let headerLength = 12
    guard bytes.count >= headerLength, bytes.prefix(4).elementsEqual("ttcf".utf8) else {
      return nil
    }
    let claimed = bytes[8..<headerLength].reduce(0) { $0 << 8 | Int($1) }
    return min(claimed, (bytes.count - headerLength) / 4)
  }
}

/// A face of a font file, as FreeType reads it.
package final class FontFace {
  /// What a face says about itself.
  package struct Description: Sendable, Equatable {
    /// How many faces the file holds.
    package let faceCount: Int
    /// Empty where the file names none.
    package let family: String
    package let style: String
    package let isScalable: Bool
    package let isBold: Bool
    package let isItalic: Bool
    package let isMonospaced: Bool
    /// The class of weight in table OS/2, 0 where the file has none.
    package let weight: Int
    /// The class of family in table OS/2, and of PANOSE the kind and the style of serifs.
    package let familyClass: Int
    package let panoseKind: Int
    package let panoseSerif: Int
  }

  /// Why a face or one of its glyphs cannot be had.
  package enum Fault: Error, Equatable {
    /// There is no such glyph, or none of the kind that was asked for.
    case absent
    /// The glyph shows nothing.
    case blank
    /// The file is damaged; FreeType's words.
    case damaged(String)
  }

  package let description: Description
  private let file: FontFile
  private let face: OpaquePointer

  /// Opens a face of a file.
  package init(_ file: FontFile, index: Int = 0) throws(Fault) {
    var message = CFontsMessage()
    guard let start = file.bytes.baseAddress,
      let face = cfonts_open(
        start.assumingMemoryBound(to: UInt8.self), file.bytes.count, Int64(index), &message)
    else { throw .damaged(FontFace.text(of: message)) }
    self.file = file
    self.face = face
    var said = CFontsDescription()
    cfonts_describe(face, &said)
    description = Description(
      faceCount: Int(said.face_count), family: FontFace.text(of: said.family),
      style: FontFace.text(of: said.style), isScalable: said.is_scalable, isBold: said.is_bold,
      isItalic: said.is_italic, isMonospaced: said.is_monospaced, weight: Int(said.weight),
      familyClass: Int(said.family_class), panoseKind: Int(said.panose_kind),
      panoseSerif: Int(said.panose_serif))
  }

  deinit { cfonts_close(face) }

  /// Whether the face maps a character to a glyph.
  package func has(_ character: Unicode.Scalar) -> Bool { cfonts_has(face, character.value) }

  /// A character's outline, its ink's longer side `side` less two margins, in the middle of
  /// `side` × `side` levels: ink 255 on 0, rows from the top.
  package func levels(
    of character: Unicode.Scalar, side: Int, margin: Int
  ) throws(Fault) -> [UInt8] {
    var message = CFontsMessage()
    var outcome = CFONTS_DONE
    let levels = [UInt8](unsafeUninitializedCapacity: side * side) { buffer, count in
      buffer.initialize(repeating: 0)
      count = side * side
      guard let start = buffer.baseAddress else { return }
      outcome = cfonts_draw(face, character.value, Int32(side), Int32(margin), start, &message)
    }
    try FontFace.check(outcome, message)
    return levels
  }

  /// A character's coloured bitmap over white, at the largest size that the face holds.
  package func picture(of character: Unicode.Scalar) throws(Fault) -> RGBImage {
    var message = CFontsMessage()
    var picture = CFontsPicture()
    let outcome = cfonts_read_picture(face, character.value, &picture, &message)
    defer { cfonts_release(&picture) }
    try FontFace.check(outcome, message)
    let (width, height) = (Int(picture.width), Int(picture.height))
    return RGBImage(
      width: width, height: height,
      pixels: Array(UnsafeBufferPointer(start: picture.pixels, count: width * height * 3)))
  }

  private static func check(_ outcome: CFontsOutcome, _ message: CFontsMessage) throws(Fault) {
    switch outcome {
    case CFONTS_DONE: return
    case CFONTS_ABSENT: throw .absent
    case CFONTS_BLANK: throw .blank
    default: throw .damaged(text(of: message))
    }
  }

  /// A text of C in a structure: up to its first zero.
  private static func text(of characters: some Any) -> String {
    withUnsafeBytes(of: characters) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
