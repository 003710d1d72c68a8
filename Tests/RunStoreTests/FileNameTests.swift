import RunStore
import Testing

/// What may name something in a folder.
@Suite struct FileNameTests {
  @Test(arguments: ["a", "run-1", ".hidden", "...", "ä\u{301}", "a b\nc"])
  func namesAreTaken(name: String) { #expect(name.isFileName) }

  // A slash with a combining mark is one character of a String and two of a path.
  @Test(arguments: ["", ".", "..", "/", "a/b", "../x", "../\u{301}..", "a/\u{6D7}/..", "a\0b"])
  func pathsAreNot(name: String) { #expect(!name.isFileName) }
}
