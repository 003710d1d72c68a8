/// FNV-1a of 64 bits (Fowler, Noll, Vo; http://www.isthe.com/chongo/tech/comp/fnv/), the same in every
/// process, unlike Swift's own hashes. It tells different bytes apart and is no defence against forgery.
package struct FNV1a: Equatable, Sendable {
  /// The hash of the bytes so far.
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// The hash of nothing yet.
  package init() {}

  /// The hash of a text's UTF-8.
  package init(_ text: String) {
    for byte in text.utf8 { add(byte) }
  }

  /// Takes in further bytes.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var hash = self
    for byte in bytes { hash.add(byte) }
    self = hash
  }

  /// The value as 16 hexadecimal digits.
  package var hexadecimal: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Eight hexadecimal digits to name files by.
  package var eightDigits: String {
    // FNV-1a leaves neighbours alike in the high bits; splitmix64's finaliser spreads them.
    var state = value
    state = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    state = (state ^ (state >> 27)) &* 0x94d0_49bb_1331_11eb
    let digits = String(UInt32(truncatingIfNeeded: state ^ (state >> 31)), radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  private mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
  }
}
