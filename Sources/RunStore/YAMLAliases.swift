/// Aliases in YAML, each of which stands for all of what its anchor marks: a few lines of them, each of the one before, stand
/// for billions of values, and a mapping's keys are compared value by value while the text is still being read.
package enum YAMLAliases {
  /// The most that a text may have: no nesting of so many stands for more than 3^(16/3), 350, times the text.
  package static let limit = 16

  /// Whether a text may have more aliases than `limit`, by what looks like one: a `*` where a value may begin, with
  /// something behind it.
  package static func areTooMany(in text: String) -> Bool {
    var count = 0
    var beforePrevious = UInt8(ascii: "\n")
    var previous = beforePrevious
    for byte in text.utf8 {
      if previous == UInt8(ascii: "*"), byte > UInt8(ascii: " "), begins(beforePrevious) {
        count += 1
      }
      (beforePrevious, previous) = (previous, byte)
    }
    return count > limit
  }

  /// Whether a value may begin behind a byte: a space, a line's end, or one of YAML's indicators.
  private static func begins(_ byte: UInt8) -> Bool {
    byte <= UInt8(ascii: " ") || "[{,:-?".utf8.contains(byte) || byte >= 0x80
  }
}
