import Records
import Testing

/// Which name was meant, and hashes that last.
struct SpellingTests {
  @Test func theNearestNameIsOneThatWasMeant() {
    let names = ["epochs", "effective_rank", "hue"]
    #expect(names.nearest(to: "epoch") == "epochs")
    #expect(names.nearest(to: "EPOCHS") == "epochs")
    #expect(names.nearest(to: "efective_ranks") == "effective_rank")
    #expect(names.nearest(to: "temperature") == nil)
    #expect([String]().nearest(to: "hue") == nil)
    // A long name is no nearer to a short one for its length, and takes no longer.
    #expect(names.nearest(to: String(repeating: "x", count: 1_000_000)) == nil)
  }

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
