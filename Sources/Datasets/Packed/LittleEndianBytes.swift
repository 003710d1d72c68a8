import CZlib

/// Bytes with whole numbers in them, the least significant byte first.
struct LittleEndianBytes {
  private(set) var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// So many zeros.
  init(count: Int) { bytes = [UInt8](repeating: 0, count: count) }

  func word(_ place: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
  }

  func long(_ place: Int) -> UInt64 {
    UInt64(word(place)) | UInt64(word(place + 4)) << 32
  }

  mutating func set(_ word: UInt32, at place: Int) {
    for byte in 0..<4 {
      bytes[place + byte] = UInt8(truncatingIfNeeded: word >> (8 * UInt32(byte)))
    }
  }

  mutating func set(_ long: UInt64, at place: Int) {
    set(UInt32(truncatingIfNeeded: long), at: place)
    set(UInt32(truncatingIfNeeded: long >> 32), at: place + 4)
  }

  mutating func set(_ part: [UInt8], at place: Int) {
    bytes.replaceSubrange(place..<place + part.count, with: part)
  }

  /// The numbers of four bytes that all of it is.
  var words: [UInt32] { stride(from: 0, to: bytes.count - 3, by: 4).map(word) }

  /// Numbers of four bytes, one after another.
  static func encoded(_ words: some Sequence<UInt32>) -> [UInt8] {
    words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) } }
  }
}

/// CRC-32 as of zlib, PNG and gzip (ISO 3309): it tells damage, and is no defence against forgery.
enum Checksum {
  /// The checksum of bytes that follow others.
  static func of(_ bytes: UnsafeRawBufferPointer, after checksum: UInt32 = 0) -> UInt32 {
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return checksum }
    return UInt32(truncatingIfNeeded: crc32_z(uLong(checksum), start, bytes.count))
  }

  static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.withUnsafeBytes { of($0) } }
}
