/// CRC-32 with a polynomial given in reverse order of its bits: of damaged inputs the checksums are put right, so that
/// what lies behind them is reached.
struct Checksum32 {
  /// That of zip and PNG.
  static let zip = Checksum32(polynomial: 0xEDB8_8320)
  /// Castagnoli's, that of TensorFlow's records.
  static let castagnoli = Checksum32(polynomial: 0x82F6_3B78)

  private let table: [UInt32]

  private init(polynomial: UInt32) {
    table = (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { value, _ in
        value & 1 == 1 ? value >> 1 ^ polynomial : value >> 1
      }
    }
  }

  /// The checksum of some bytes.
  func callAsFunction(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { value, byte in
      value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)]
    }
  }
}

extension [UInt8] {
  /// The number of some bytes, the least significant first.
  func number(at place: Int, count: Int) -> UInt64 {
    self[place..<place + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Puts a number of four bytes in, the least significant first.
  mutating func put(_ number: UInt32, at place: Int) {
    for byte in 0..<4 { self[place + byte] = UInt8(truncatingIfNeeded: number >> (8 * byte)) }
  }
}
