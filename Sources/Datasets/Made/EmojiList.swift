/// The emoji of Unicode that are one character, by group, in the order of Unicode's list.
///
/// Source: Unicode, *UTS #51, Unicode Emoji*: `emoji-test.txt`.
package struct EmojiList {
  package struct Emoji: Equatable {
    package let character: Unicode.Scalar
    package let group: String
    package let subgroup: String
  }

  package private(set) var emoji: [Emoji] = []
  /// How many emoji are sequences of several characters, skin tones, flags and families among them.
  package private(set) var sequenceCount = 0

  /// Reads the lines of the list. Only what is fully qualified counts; the selector of the coloured
  /// presentation, U+FE0F, is no character of its own.
  package init(_ text: String) {
    var group = ""
    var subgroup = ""
    for line in text.split(whereSeparator: \.isNewline) {
      if let name = EmojiList.value(of: "# group:", in: line) {
        group = name
      } else if let name = EmojiList.value(of: "# subgroup:", in: line) {
        subgroup = name
      } else if let characters = EmojiList.qualified(line) {
        if characters.count == 1, let character = characters.first {
          emoji.append(Emoji(character: character, group: group, subgroup: subgroup))
        } else {
          sequenceCount += 1
        }
      }
    }
  }

  private static func value(of mark: String, in line: Substring) -> String? {
    guard line.hasPrefix(mark) else { return nil }
    return String(line.dropFirst(mark.count).drop { $0 == " " })
  }

  /// The characters of a fully qualified emoji; nil for other lines.
  private static func qualified(_ line: Substring) -> [Unicode.Scalar]? {
    let parts = line.split(separator: ";", maxSplits: 1)
    guard parts.count == 2, !line.hasPrefix("#"),
      parts[1].drop(while: { $0 == " " }).hasPrefix("fully-qualified")
    else { return nil }
    let characters = parts[0].split(separator: " ").map {
      UInt32($0, radix: 16).flatMap(Unicode.Scalar.init)
    }
    guard !characters.contains(nil) else { return nil }
    let found = characters.compactMap { $0 }.filter { $0.value != 0xFE0F }
    return found.isEmpty ? nil : found
  }
}
