import Foundation
import Records
import Synchronization

/// A lease that this process holds, or has held.
///
/// It is written through its own open file, whose name another may have by then: that cannot harm another's.
package final class Lease: Sendable {
  private struct Standing {
    var sight: LeaseSight
    var beats = 0
    var failures = 0
    var isLost = false
  }

  /// What it is on.
  package let key: String
  /// Its own name.
  package let nonce: String
  private let folder: LeaseFolder
  private let descriptor: Int32
  private let standing: Mutex<Standing>
  /// The file's first name.
  private var first: String { ".\(nonce)" }

  /// Makes the file, under a unique name that has to be linked.
  init(_ key: String, in folder: LeaseFolder, holder: String) throws(RunStoreError) {
    self.key = key
    self.folder = folder
    nonce = UUID().uuidString.lowercased()
    let sight = LeaseSight(
      nonce: nonce, holder: holder.asLine(300), beat: Self.digits(0), state: .held)
    standing = Mutex(Standing(sight: sight))
    descriptor = try Self.make(folder.path(".\(nonce)"), in: folder)
    do throws(RunStoreError) {
      try AtomicFile.writeAll(Data(sight.text.utf8), to: descriptor, path: folder.path(first))
      guard fsync(descriptor) == 0 else { throw .writing(folder.path(first), errno: errno) }
    } catch {
      unlink(folder.path(first))
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Whether another has the lease: what is leased must be let go of at once.
  package var isLost: Bool { standing.withLock { $0.isLost } }

  /// Gives the file the name `name`, unless there is one.
  func link(as name: String) throws(RunStoreError) -> Bool {
    let path = folder.path(first)
    defer { unlink(path) }
    if Foundation.link(path, folder.path(name)) == 0 { return true }
    let code = errno
    var status = stat()
    if stat(path, &status) == 0 && status.st_nlink == 2 { return true }
    guard code == EEXIST else {
      throw code == EPERM || code == EOPNOTSUPP
        ? .unwritable(
          path: folder.path(name), reason: "the file system has no hard links, which claims need")
        : .writing(folder.path(name), errno: code)
    }
    return false
  }

  /// Shows that this process lives, or finds that the lease is another's.
  package func beat() {
    standing.withLock { standing in
      guard !standing.isLost, standing.sight.state == .held else { return }
      guard folder.sight(key)?.nonce == nonce else { return standing.isLost = true }
      standing.beats += 1
      let beaten = LeaseSight(
        nonce: nonce, holder: standing.sight.holder, beat: Self.digits(standing.beats), state: .held
      )
      if write(beaten) {
        standing.sight = beaten
        standing.failures = 0
      } else {
        standing.failures += 1
        // Others have seen nothing change for half of what they wait.
        standing.isLost = standing.failures >= LeaseBeat.beatsOfPatience / 2
      }
    }
  }

  /// Gives the lease back, or says what became of what was leased.
  ///
  /// - Returns: whether it was this process's until now, and others will read that.
  @discardableResult
  package func settle(_ state: LeaseSight.State) -> Bool {
    standing.withLock { standing in
      guard !standing.isLost, folder.sight(key)?.nonce == nonce else {
        standing.isLost = true
        return false
      }
      standing.sight = LeaseSight(
        nonce: nonce, holder: standing.sight.holder, beat: standing.sight.beat, state: state)
      return write(standing.sight)
    }
  }

  private func write(_ sight: LeaseSight) -> Bool {
    let text = Data(sight.text.utf8)
    let count = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    return count == text.count && fsync(descriptor) == 0
  }

  private static func digits(_ number: Int) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: max(0, 12 - digits.count)) + digits
  }

  /// A new file; its folder may have been removed, as by the last of earlier processes.
  private static func make(_ path: String, in folder: LeaseFolder) throws(RunStoreError) -> Int32 {
    var code: Int32 = 0
    for _ in 0..<3 {
      try? FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
      let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return descriptor }
      code = errno
      guard code == ENOENT else { break }
    }
    throw .writing(path, errno: code)
  }
}
