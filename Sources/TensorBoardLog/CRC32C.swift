/// The checksum of TensorFlow's records: CRC-32 with Castagnoli's polynomial, reflected (RFC 3720, appendix B.4).
enum CRC32C {
  /// The polynomial's bits in reverse order.
  private static let polynomial: UInt32 = 0x82F6_3B78

  /// What each byte does to the checksum's lowest eight bits.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ polynomial : value >> 1
    }
  }

  /// The checksum of some bytes.
  static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let end = bytes.reduce(UInt32.max) { value, byte in
      value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)]
    }
    return ~end
  }

  /// The checksum as records hold it: rotated right by 15 bits, plus a constant, so that a checksum of data that
  /// holds checksums stays a good one (TensorFlow, tsl/lib/hash/crc32c.h).
  static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let checksum = checksum(bytes)
    return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
  }
}
