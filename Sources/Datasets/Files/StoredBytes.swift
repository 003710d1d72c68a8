import Archives

/// Bytes that lie in memory or at a place of a file, to be had in parts.
struct StoredBytes: Sendable {
  private enum Place: Sendable {
    case memory(ArraySlice<UInt8>)
    case file(path: String, offset: Int)
  }

  /// How many there are.
  let count: Int
  private let place: Place

  /// Bytes in memory.
  init(_ bytes: ArraySlice<UInt8>) {
    count = bytes.count
    place = .memory(bytes)
  }

  /// Bytes of a file that are read when they are needed.
  init(path: String, offset: Int, count: Int) {
    self.count = count
    place = .file(path: path, offset: offset)
  }

  /// The bytes at a range of places.
  ///
  /// - Throws: a `SkippedFile` for a file that has changed since, or cannot be read any more.
  func part(_ range: Range<Int>) throws(SkippedFile) -> [UInt8] {
    switch place {
    case .memory(let bytes):
      return Array(bytes[(bytes.startIndex + range.lowerBound)...].prefix(range.count))
    case .file(let path, let offset):
      guard
        let bytes = FileBytes.read(path, from: offset + range.lowerBound, count: range.count),
        bytes.count == range.count
      else { throw SkippedFile(path: path, reason: "a file that cannot be read any more") }
      return bytes
    }
  }

  /// All of them.
  func all() throws(SkippedFile) -> [UInt8] { try part(0..<count) }
}
