import Foundation
import RunDatabase
import RunStore
import TestSupport
import Testing

/// What people note of runs outlives what is made again from the folders.
@Suite struct NotesTests {
  private func withStore(_ body: (URL, String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try body(folder, RunCollection.store(in: folder).path)
    }
  }

  private func write(_ notes: [String: RunNotes], to path: String) throws {
    let store = try RunDatabase.open(path: path)
    for (key, each) in notes { try store.setNotes(each, ofRun: key) }
    try store.close()
  }

  @Test func notesAreKeptChangedAndTakenBack() throws {
    try withStore { _, path in
      #expect(try RunDatabase.readNotes(at: path) == [:])
      let first = try RunNotes(note: " two\r\nlines\n", tags: ["good", " baseline ", "good", ""])
      #expect(first.note == "two\nlines" && first.tags == ["baseline", "good"])
      try write(["a": first, "b": RunNotes(note: "", tags: ["odd"])], to: path)
      let found = try RunDatabase.readNotes(at: path)
      #expect(try found == ["a": first, "b": RunNotes(note: "", tags: ["odd"])])
      let other = try RunNotes(note: "other", tags: [])
      try write(["a": other, "b": .none], to: path)
      #expect(try RunDatabase.readNotes(at: path) == ["a": other])
      // As others read it.
      #expect(
        try StoreFileTests().sqlite(path, "SELECT run, note FROM notes") == "[('a', 'other')]\n")
    }
  }

  @Test func aRebuildKeepsNotesAlsoOfRunsThatHaveNoFolder() throws {
    try withStore { folder, path in
      let notes = ["gone": try RunNotes(note: "why", tags: ["x", "y"])]
      try write(notes, to: path)
      let kept = try RunDatabase.rebuild(at: path, from: RunCollection(path: folder.path))
      #expect(kept == nil)
      #expect(try RunDatabase.readNotes(at: path) == notes)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["store.sqlite"])
    }
  }

  @Test func aDamagedStoreWhoseNotesCannotBeReadIsKeptBeside() throws {
    try withStore { folder, path in
      try Data(repeating: 7, count: 9_000).write(to: URL(fileURLWithPath: path))
      let kept = try RunDatabase.rebuild(at: path, from: RunCollection(path: folder.path))
      #expect(kept == path + ".damaged")
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: path + ".damaged"))
          == Data(repeating: 7, count: 9_000))
      #expect(try RunDatabase.readNotes(at: path) == [:])
    }
  }

  @Test func anEarlierStoreHasNoNotesAndIsLeftAsItIsByReading() throws {
    try withStore { _, path in
      try FileManager.default.copyItem(atPath: fixture("schema1/store.sqlite"), toPath: path)
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(try RunDatabase.readNotes(at: path) == [:])
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
      try write(["a": RunNotes(note: "now", tags: [])], to: path)
      #expect(try RunDatabase.readNotes(at: path).keys.sorted() == ["a"])
    }
  }

  @Test func readingLeavesNothingBesideTheStoreAndSeesWhatAnotherWrites() throws {
    try withStore { folder, path in
      let store = try RunDatabase.open(path: path)
      try store.setNotes(RunNotes(note: "in the log beside", tags: []), ofRun: "a")
      #expect(try RunDatabase.readNotes(at: path)["a"]?.note == "in the log beside")
      try store.close()
      #expect(try RunDatabase.readNotes(at: path)["a"]?.note == "in the log beside")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["store.sqlite"])
    }
  }

  @Test func whatIsNoStoreOrANewerOneIsRefused() throws {
    try withStore { _, path in
      try Data(repeating: 7, count: 9_000).write(to: URL(fileURLWithPath: path))
      #expect(throws: RunStoreError.self) { try RunDatabase.readNotes(at: path) }
      try FileManager.default.removeItem(atPath: path)
      try write(["a": RunNotes(note: "n", tags: [])], to: path)
      _ = try StoreFileTests().sqlite(path, "INSERT INTO grdb_migrations VALUES ('99: to come')")
      #expect(throws: RunStoreError.newerStore(path: path)) {
        try RunDatabase.readNotes(at: path)
      }
    }
  }

  @Test func whatIsTooLongOrNoTextIsRefused() throws {
    #expect(throws: RunNotesError.noteTooLong(bytes: 8_001)) {
      try RunNotes(note: String(repeating: "x", count: 8_001), tags: [])
    }
    #expect(throws: RunNotesError.tooManyTags(count: 17)) {
      try RunNotes(note: "", tags: (0..<17).map { "t\($0)" })
    }
    #expect(throws: RunNotesError.tagTooLong(characters: 41)) {
      try RunNotes(note: "", tags: [String(repeating: "x", count: 41)])
    }
    for tag in ["a,b", "a\nb", "a\u{1B}b", "a\u{2028}b"] {
      #expect(throws: RunNotesError.unfitTag) { try RunNotes(note: "", tags: [tag]) }
    }
    #expect(throws: RunNotesError.unfitNote) { try RunNotes(note: "a\u{0}b", tags: []) }
  }
}
