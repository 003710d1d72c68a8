import Foundation
import RunStore
import TestSupport
import Testing

@Suite struct FileLockTests {
  @Test func oneLockAtATimeAndTheOtherIsTold() throws {
    try withTemporaryFolder { folder in
      do {
        let first = try FileLock(folder)
        let error = #expect(throws: RunStoreError.self) { try FileLock(folder) }
        #expect(error == .inUse(path: folder.path, process: getpid()))
        withExtendedLifetime(first) {}
      }
      _ = try FileLock(folder)
    }
  }

  @Test func aLockOfAKilledProcessIsGone() throws {
    try withTemporaryFolder { folder in
      let holder = Process()
      holder.executableURL = URL(fileURLWithPath: "/bin/sh")
      holder.arguments = [
        "-c", "exec 9>\"$0/.lock\" && flock 9 && exec sleep 10", folder.path,
      ]
      try holder.run()
      let isLocked = { (try? FileLock(folder)) == nil }
      for _ in 0..<500 where !isLocked() { usleep(10_000) }
      #expect(isLocked())
      kill(holder.processIdentifier, SIGKILL)
      holder.waitUntilExit()
      _ = try FileLock(folder, waitingFor: 5)
    }
  }

  @Test func onlyFilesThatNobodyWritesAreCleared() throws {
    try withTemporaryFolder { folder in
      let dead = folder.appendingPathComponent(".gnomon-dead.tmp")
      let other = folder.appendingPathComponent("notes.tmp")
      for file in [dead, other] { try Data("x".utf8).write(to: file) }
      let target = folder.appendingPathComponent("target")
      try AtomicFile.write(to: target) { append in
        AtomicFile.removeLeftovers(in: folder)
        try append(Data("whole".utf8))
      }
      #expect(try String(contentsOf: target, encoding: .utf8) == "whole")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names.sorted() == ["notes.tmp", "target"])
    }
  }

  @Test func aFolderThatCannotBeLockedIsOneLine() throws {
    try withTemporaryFolder { folder in
      let missing = folder.appendingPathComponent("missing")
      let error = #expect(throws: RunStoreError.self) { try FileLock(missing) }
      #expect(error?.description.contains(missing.path) == true)
    }
  }
}
