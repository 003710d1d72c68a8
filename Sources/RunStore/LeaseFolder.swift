import Foundation
import Records

/// A lease as it is seen by others.
package struct LeaseSight: Equatable, Sendable {
  /// What has become of what was leased.
  package enum State: Equatable, Sendable {
    /// Its holder is at it.
    case held
    /// Its holder has given it back.
    case free
    /// Its holder is done with it, with an outcome in a line.
    case settled(String)
  }

  /// The lease's own name, which no other has had.
  package let nonce: String
  /// Who holds it, for people.
  package let holder: String
  /// What changes as long as its holder lives.
  package let beat: String
  /// What has become of it.
  package let state: State
}

/// Leases that processes of many hosts take on things in one shared folder, by links.
///
/// `link(2)` makes a name for a file if there is none, on a file server as on a disk, where `O_EXCL` was long not to be relied on: the
/// way that Linux' open(2) recommends, under `O_EXCL`, is to link a file of a unique name. An answer of the server that is lost makes a
/// link that succeeded look like one that did not, so that the file's count of links decides, as open(2) says too. Names are asked of the
/// server, contents as well: opening a file revalidates what is cached of it (close-to-open consistency, nfs(5), "Data and metadata
/// coherence"). Attributes and missing names may be old by as much as `acdirmax`, a minute; nothing here takes a missing name for more
/// than a reason to try a link.
///
/// A lease is never removed to be taken over, since whoever removes by name may remove the next holder's. It is followed: the lease
/// with nonce N by the file `KEY.after-N`, which one process alone can link, and which it then renames over `KEY`. A process that ends
/// between the two leaves a lease that is followed in its turn. No clock is compared: see `LeaseWatch`.
///
/// What no lease on files can do is stop a holder that is frozen between two calls for longer than others are patient; it learns of
/// its loss at its next beat (`Lease.isLost`).
package struct LeaseFolder: Sendable {
  /// The folder itself, made as it is needed.
  package let url: URL

  /// The leases in the folder `url`.
  package init(_ url: URL) { self.url = url }

  /// The things that leases have been taken on.
  package var keys: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.filter { !$0.hasPrefix(".") && !$0.contains(Self.following) }.sorted()
  }

  /// The lease on `key` that counts; nil where nobody has taken one.
  package func sight(_ key: String) -> LeaseSight? {
    var last: LeaseSight?
    var name = key
    // Each follows another, so that as many are left as takers ended between two calls.
    for _ in 0..<1000 {
      guard let found = read(name) else { break }
      last = found
      name = key + Self.following + found.nonce
    }
    return last
  }

  /// Takes the lease on `key`.
  ///
  /// - Parameter seen: the lease that is followed: a free one, or one whose holder is taken to be gone. Nil where there was none.
  /// - Returns: nil where another was faster.
  /// - Throws: `RunStoreError` where the folder cannot be written to, or has no links.
  package func take(
    _ key: String, after seen: LeaseSight?, as holder: String
  ) throws(RunStoreError) -> Lease? {
    let lease = try Lease(key, in: self, holder: holder)
    let name = seen.map { key + Self.following + $0.nonce } ?? key
    guard try lease.link(as: name) else { return nil }
    guard seen != nil else { return lease }
    // Somebody followed `seen` before, and has its place.
    guard sight(key)?.nonce == lease.nonce else {
      unlink(path(name))
      return nil
    }
    // Where the answer is lost the second try finds nothing to rename.
    guard rename(path(name), path(key)) == 0 || read(key)?.nonce == lease.nonce else { return nil }
    return lease
  }

  /// Removes what is left of leases on `key`. Only for one whom all others let alone meanwhile.
  package func remove(_ key: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    for name in names where name == key || name.hasPrefix(key + Self.following) {
      unlink(path(name))
    }
  }

  /// Removes the folder with all that is in it. Only for one whom all others let alone meanwhile.
  package func removeAll() { try? FileManager.default.removeItem(at: url) }

  static let following = ".after-"

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// A lease by its file's name.
  func read(_ name: String) -> LeaseSight? {
    let descriptor = open(path(name), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return LeaseSight(Array(bytes.prefix(max(0, count))))
  }
}

extension LeaseSight {
  private static let states = ["held", "free", "settled"]

  /// Reads a lease's file. One that is no lease, as after a crash of the file server, has its bytes' hash as a nonce, so that it too can be
  /// followed, by one.
  init(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 5, Self.isNonce(lines[0]), Self.states.contains(String(lines[3])) else {
      var hash = FNV1a("")
      bytes.withUnsafeBytes { hash.update($0) }
      self.init(nonce: "damaged-\(hash.hexadecimal)", holder: "", beat: "", state: .held)
      return
    }
    let state: State =
      switch lines[3] {
      case "held": .held
      case "free": .free
      default: .settled(String(lines[4]))
      }
    self.init(
      nonce: String(lines[0]), holder: String(lines[1]), beat: String(lines[2]), state: state)
  }

  /// The file's text. What is before the state has the same length at every beat, so that no reader sees a nonce half written.
  var text: String {
    switch state {
    case .held: "\(nonce)\n\(holder)\n\(beat)\nheld\n\n"
    case .free: "\(nonce)\n\(holder)\n\(beat)\nfree\n\n"
    case .settled(let outcome): "\(nonce)\n\(holder)\n\(beat)\nsettled\n\(outcome.asLine(2000))\n"
    }
  }

  /// Nonces become parts of names.
  private static func isNonce(_ text: Substring) -> Bool {
    (8...64).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) || $0 == 0x2d
      }
  }
}

extension String {
  /// At most `limit` bytes of it, on one line.
  func asLine(_ limit: Int) -> String {
    let line = split(whereSeparator: \.isNewline).joined(separator: " ")
    return String(decoding: line.utf8.prefix(limit), as: UTF8.self)
  }
}
