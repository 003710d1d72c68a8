import Foundation

/// What people wrote about a run: the one thing in a store that no run folder has.
public struct RunNotes: Codable, Equatable, Sendable {
  /// A text of any number of lines; empty for none.
  public let note: String
  /// Short names, each once, in order.
  public let tags: [String]

  /// The longest note, in bytes.
  public static let longestNote = 8_000
  /// The longest tag, in characters.
  public static let longestTag = 40
  /// The most tags of a run.
  public static let mostTags = 16

  /// No note and no tags.
  public static let none = RunNotes(checkedNote: "", tags: [])

  /// Whether there is neither a note nor a tag.
  public var isEmpty: Bool { note.isEmpty && tags.isEmpty }

  /// Notes without the white space around them; tags that are empty or come twice are left out.
  ///
  /// - Throws: `RunNotesError` for what is too long, too many, or has characters that no line of text has.
  public init(note: String, tags: [String]) throws(RunNotesError) {
    let lines = note.replacing("\r\n", with: "\n")
    let text = lines.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !tags.contains(where: { $0.unicodeScalars.contains(where: Self.isControl) }) else {
      throw .unfitTag
    }
    let kept = Set(tags.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) })
      .filter { !$0.isEmpty }.sorted()
    guard text.utf8.count <= Self.longestNote else { throw .noteTooLong(bytes: text.utf8.count) }
    guard kept.count <= Self.mostTags else { throw .tooManyTags(count: kept.count) }
    for tag in kept {
      guard tag.count <= Self.longestTag, tag.utf8.count <= 4 * Self.longestTag else {
        throw .tagTooLong(characters: tag.count)
      }
      guard !tag.contains(",") else { throw .unfitTag }
    }
    guard
      !lines.unicodeScalars.contains(where: {
        Self.isControl($0) && !"\n\t".unicodeScalars.contains($0)
      })
    else { throw .unfitNote }
    self.init(checkedNote: text, tags: kept)
  }

  /// As they stand in a store.
  init(checkedNote note: String, tags: [String]) {
    self.note = note
    self.tags = tags
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
  }
}

/// Why notes are not taken.
public enum RunNotesError: Error, Equatable, Sendable {
  /// The note has that many bytes.
  case noteTooLong(bytes: Int)
  /// The note has control characters.
  case unfitNote
  /// There are that many tags.
  case tooManyTags(count: Int)
  /// A tag has that many characters.
  case tagTooLong(characters: Int)
  /// A tag has a comma or a control character.
  case unfitTag
}

extension RunNotesError: CustomStringConvertible {
  /// The one line a person reads.
  public var description: String {
    switch self {
    case .noteTooLong(let bytes):
      "the note has \(bytes) bytes, more than \(RunNotes.longestNote)"
    case .unfitNote: "the note has control characters"
    case .tooManyTags(let count): "there are \(count) tags, more than \(RunNotes.mostTags)"
    case .tagTooLong(let characters):
      "a tag has \(characters) characters, more than \(RunNotes.longestTag)"
    case .unfitTag: "a tag has a comma or a control character"
    }
  }
}
