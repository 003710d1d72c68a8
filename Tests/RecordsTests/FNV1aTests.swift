import Records
import Testing

/// Hashes that last.
@Suite struct FNV1aTests {
  @Test(
    arguments: [
      // The published test vectors of 64-bit FNV-1a.
      ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
    ] as [(String, UInt64)])
  func hashesAreThoseOfFowlerNollAndVo(_ text: String, _ expected: UInt64) {
    #expect(FNV1a(text).value == expected)
    var pieces = FNV1a()
    for byte in Array(text.utf8) { withUnsafeBytes(of: byte) { pieces.update($0) } }
    #expect(pieces == FNV1a(text))
    #expect(FNV1a(text).hexadecimal.count == 16)
  }
}
