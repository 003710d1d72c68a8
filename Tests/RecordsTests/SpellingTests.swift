import Records
import Testing

@Suite("The nearest name")
struct SpellingTests {
  private let names = ["temperature", "learning_rate", "head", "seed"]

  @Test("is found over a letter too many, too few or another, in whatever case")
  func meant() {
    #expect(names.nearest(to: "temprature") == "temperature")
    #expect(names.nearest(to: "learningrate") == "learning_rate")
    #expect(names.nearest(to: "Haed") == "head")
    #expect(names.nearest(to: "SEEDS") == "seed")
  }

  @Test("may be a third of its letters away, and two where it is short")
  func bounds() {
    #expect(["kitten"].nearest(to: "sittin") == "kitten")
    #expect(["kitten"].nearest(to: "sitting") == nil)
    #expect(["abcdefghi"].nearest(to: "abcdefxyz") == "abcdefghi")
    #expect(["abcdefghi"].nearest(to: "abcdewxyz") == nil)
  }

  @Test("is none for a name like no other, and among none")
  func none() {
    #expect(names.nearest(to: "quaternion") == nil)
    #expect([String]().nearest(to: "seed") == nil)
    #expect(names.nearest(to: String(repeating: "x", count: 100_000)) == nil)
  }
}
