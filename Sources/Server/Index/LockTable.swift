import Foundation

/// Which lock files are held, asked without taking a lock: a run that starts at that moment must not be refused.
struct LockTable {
  private var holders: [UInt64: [(device: UInt64, process: Int32)]]?

  /// The locks that the system lists; on a system without such a list, each is tried for a moment when it is asked for.
  init() {
    let data = FileManager.default.contents(atPath: "/proc/locks")
    holders = data.map { Self.holders(in: String(decoding: $0, as: UTF8.self)) }
  }

  /// The locks in a text like that of /proc/locks.
  init(listing text: String) { holders = Self.holders(in: text) }

  private static func holders(in text: String) -> [UInt64: [(device: UInt64, process: Int32)]] {
    var holders: [UInt64: [(device: UInt64, process: Int32)]] = [:]
    for line in text.split(separator: "\n") {
      // 1: FLOCK  ADVISORY  WRITE 26100 fe:00:5408575 0 EOF
      let words = line.split(separator: " ")
      guard words.count >= 6, words[1] == "FLOCK", let process = Int32(words[4]) else { continue }
      let place = words[5].split(separator: ":")
      guard place.count == 3, let major = UInt64(place[0], radix: 16),
        let minor = UInt64(place[1], radix: 16), let inode = UInt64(place[2])
      else { continue }
      holders[inode, default: []].append((device: major << 8 | minor, process: process))
    }
    return holders
  }

  /// Whether a process holds the lock of the folder at `path`.
  func isHeld(_ folder: String) -> Bool {
    let path = folder + "/.lock"
    guard holders == nil else { return holder(of: folder) != nil }
    guard let stamp = FileStamp(path), !stamp.isFolder else { return false }
    return Self.isRefused(path)
  }

  /// The process that holds the lock of the folder at `path`, as the system lists it, or the lock's own file where it
  /// lists none; nil where no process holds it.
  func holder(of folder: String) -> Int32? {
    let path = folder + "/.lock"
    guard let stamp = FileStamp(path), !stamp.isFolder else { return nil }
    guard let holders else { return Self.isRefused(path) ? Self.written(in: path) : nil }
    guard let candidates = holders[stamp.inode] else { return nil }
    if let known = candidates.first(where: { $0.device == stamp.device }) { return known.process }
    // Some file systems show files under another device than their locks: then the process says it.
    let written = Self.written(in: path)
    return candidates.first { $0.process == written }?.process
  }

  private static func written(in path: String) -> Int32? {
    guard let text = try? PlainFile.read(path, limit: 64) else { return nil }
    return Int32(String(decoding: text, as: UTF8.self).prefix { $0.isNumber })
  }

  private static func isRefused(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
