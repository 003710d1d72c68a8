import Foundation
import RunStore
import TestSupport
import Testing

@Suite("Writing a file atomically")
struct AtomicFileTests {
  struct Interrupted: Error {}

  @Test("makes the file, and replaces it, and leaves nothing beside it")
  func replaces() throws {
    try withTemporaryFolder { folder in
      let target = folder.appendingPathComponent("summary.json")
      try AtomicFile.write(Data("first".utf8), to: target)
      try AtomicFile.write(Data("second".utf8), to: target)
      try #expect(text(of: target) == "second")
      try #expect(contents(of: folder) == ["summary.json"])
    }
  }

  @Test("takes a file in pieces")
  func pieces() throws {
    try withTemporaryFolder { folder in
      let target = folder.appendingPathComponent("step.safetensors")
      let block = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0) })
      try AtomicFile.write(to: target) { append in
        try append(Data())
        for _ in 0..<3 { try append(block) }
        try block.withUnsafeBytes { try append($0) }
      }
      try #expect(Data(contentsOf: target) == block + block + block + block)
    }
  }

  @Test("keeps the old content and no temporary file when the writer fails")
  func failingWriter() throws {
    try withTemporaryFolder { folder in
      let target = folder.appendingPathComponent("last")
      try AtomicFile.write(Data("old".utf8), to: target)
      #expect(throws: Interrupted.self) {
        try AtomicFile.write(to: target) { append in
          try append(Data("half".utf8))
          throw Interrupted()
        }
      }
      try #expect(text(of: target) == "old")
      try #expect(contents(of: folder) == ["last"])
    }
  }

  @Test("keeps a symbolic link and replaces what it points to")
  func throughLink() throws {
    try withTemporaryFolder { folder in
      let target = folder.appendingPathComponent("report.html")
      let link = folder.appendingPathComponent("link.html")
      try AtomicFile.write(Data("old".utf8), to: target)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
      try AtomicFile.write(Data("new".utf8), to: link)
      try #expect(text(of: target) == "new")
      try #expect(
        FileManager.default.destinationOfSymbolicLink(atPath: link.path) == target.path)
    }
  }

  @Test("says in one line that the disk is full")
  func fullDisk() throws {
    try #require(FileManager.default.fileExists(atPath: "/dev/full"))
    let full = URL(fileURLWithPath: "/dev/full")
    let error = #expect(throws: RunStoreError.self) {
      try AtomicFile.write(Data("x".utf8), to: full)
    }
    #expect(error == .diskFull(path: "/dev/full"))
    #expect(
      error?.description
        == "disk full: cannot write /dev/full; free some space or choose another folder")
    #expect(error?.localizedDescription == error?.description)
  }

  @Test("says in one line that the folder is missing, or is a file, or the target is a folder")
  func unwritable() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(Data(), to: folder.appendingPathComponent("plain"))
      for (url, reason) in [
        (folder.appendingPathComponent("absent/x"), "No such file or directory"),
        (folder.appendingPathComponent("plain/x"), "Not a directory"),
        (folder, "Is a directory"),
      ] {
        #expect(throws: RunStoreError.unwritable(path: url.path, reason: reason)) {
          try AtomicFile.write(Data(), to: url)
        }
      }
      try #expect(contents(of: folder) == ["plain"])
    }
  }
}
