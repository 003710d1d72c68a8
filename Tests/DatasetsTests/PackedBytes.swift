import Foundation

/// The bytes of a packed data set, to be changed, with the checksums of its header made anew by a plain CRC-32.
struct PackedBytes {
  static let page = 4096
  var bytes: [UInt8]

  init(_ path: String) throws { bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

  /// Where an entry of the table begins.
  static func entry(_ index: Int) -> Int { 32 + 32 * index }

  func word(_ place: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * $1) }
  }

  func long(_ place: Int) -> Int { Int(word(place)) | Int(word(place + 4)) << 32 }

  mutating func set(_ value: UInt32, at place: Int) {
    for byte in 0..<4 { bytes[place + byte] = UInt8(value >> (8 * byte) & 255) }
  }

  mutating func setLong(_ value: UInt64, at place: Int) {
    set(UInt32(value & 0xFFFF_FFFF), at: place)
    set(UInt32(value >> 32), at: place + 4)
  }

  /// The entry of a section of a kind and a split.
  func entry(kind: UInt32, split: UInt32 = 0) -> Int {
    (0..<Int(word(24))).map(PackedBytes.entry).first { word($0) == kind && word($0 + 4) == split }
      ?? 0
  }

  /// Puts other bytes in a section's place, at the end of the file.
  mutating func replaceSection(at entry: Int, with content: [UInt8]) {
    bytes += [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
    setLong(UInt64(bytes.count), at: entry + 16)
    setLong(UInt64(content.count), at: entry + 24)
    bytes += content
    set(PackedBytes.crc(content[...]), at: entry + 8)
  }

  /// Makes the header's length and checksum fit.
  mutating func seal() {
    setLong(UInt64(bytes.count), at: 16)
    sealHeader()
  }

  mutating func sealHeader() {
    set(PackedBytes.crc(bytes[..<(PackedBytes.page - 4)]), at: PackedBytes.page - 4)
  }

  static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var remainder: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 {
        remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1
      }
    }
    return ~remainder
  }
}
