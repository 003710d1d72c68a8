import Records
import Testing

@Suite("The FNV-1a hash")
struct FNV1aTests {
  // The vectors of the authors' test suite (draft-eastlake-fnv).
  @Test(
    "is the published one",
    arguments: [
      ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
    ] as [(String, UInt64)])
  func published(text: String, hash: UInt64) {
    #expect(FNV1a(text.utf8).value == hash)
  }

  @Test("of parts in turn is that of the whole")
  func parts() {
    var hash = FNV1a("foo".utf8)
    hash.update("".utf8)
    hash.update("bar".utf8)
    #expect(hash.value == FNV1a("foobar".utf8).value)
  }
}
