import Foundation

/// A path or a part of one as the system knows it: bytes, which need not be text.
struct FilePath: Sendable, Hashable, Comparable, CustomStringConvertible {
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  init(_ text: String) { bytes = Array(text.utf8) }

  func appending(_ part: FilePath) -> FilePath {
    FilePath(bytes: bytes + [UInt8(ascii: "/")] + part.bytes)
  }

  func appending(_ part: String) -> FilePath { appending(FilePath(part)) }

  /// An order that, unlike that of strings, no two paths share.
  static func < (first: FilePath, second: FilePath) -> Bool {
    first.bytes.lexicographicallyPrecedes(second.bytes)
  }

  /// The last component in lower case, and what follows its last dot, where there is one.
  var lowercasedName: (whole: String, ending: String) {
    let whole = String(
      decoding: bytes.split(separator: UInt8(ascii: "/")).last ?? [], as: UTF8.self
    )
    .lowercased()
    return (whole, whole.split(separator: ".").dropFirst().last.map(String.init) ?? "")
  }

  /// The path as text; a byte that is none is shown as \xNN.
  var description: String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    var rest = bytes[...]
    while let byte = rest.first {
      let scalar = (1...4).lazy.compactMap { String(validating: rest.prefix($0), as: UTF8.self) }
        .first
      text += scalar ?? "\\x" + String(byte, radix: 16, uppercase: true)
      rest = rest.dropFirst(scalar?.utf8.count ?? 1)
    }
    return text
  }

  /// Calls `body` with the path as the system's functions take it.
  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    let characters = bytes.map(CChar.init(bitPattern:)) + [0]
    return characters.withUnsafeBufferPointer { buffer in
      // An array of at least one element has a base address.
      buffer.baseAddress.map(body) ?? "".withCString(body)
    }
  }
}

extension FilePath {
  /// What the system knows of the file, or of the one that links lead to; nil where there is none.
  private var status: stat? {
    var information = stat()
    return withCString { stat($0, &information) } == 0 ? information : nil
  }

  /// The size in bytes of a regular file, or of the one a symbolic link leads to; nil for anything
  /// else, a folder or a pipe among them.
  var fileSize: Int? {
    guard let status, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// Whether there is a folder, or a symbolic link that leads to one.
  var isFolder: Bool { status.map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

  /// Which folder or file this is, by whatever path it is reached.
  struct Identity: Hashable, Sendable {
    let device: UInt64
    let number: UInt64
  }

  var identity: Identity? {
    status.map { Identity(device: UInt64($0.st_dev), number: UInt64($0.st_ino)) }
  }

  /// `count` bytes of a regular file from `offset` on, fewer when it is shorter; nil when it cannot be
  /// read.
  func read(from offset: Int = 0, count: Int) -> [UInt8]? {
    let descriptor = withCString { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let step = pread(
          descriptor, buffer.baseAddress?.advanced(by: filled), count - filled,
          off_t(offset + filled))
        if step < 0 && errno == EINTR { continue }
        failed = step < 0
        if step <= 0 { break }
        filled += step
      }
    }
    return failed ? nil : bytes
  }
}
