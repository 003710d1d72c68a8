import Foundation

/// Reading whole files whose names come from outside.
enum FileBytes {
  /// The size in bytes of a regular file, or of the one a symbolic link leads to; nil for
  /// anything else, a folder or a pipe among them.
  static func size(of path: String) -> Int? {
    FilePath(path).fileSize
  }

  /// `count` bytes of a regular file from `offset` on, fewer when it is shorter; nil when it cannot be
  /// read.
  static func read(_ path: String, from offset: Int = 0, count: Int) -> [UInt8]? {
    FilePath(path).read(from: offset, count: count)
  }

  /// All of a file of a distribution, which must be there, be a regular file, and hold exactly `size`
  /// bytes.
  static func read(
    _ path: String, exactly size: Int, of distribution: DatasetError.Distribution
  ) throws(DatasetError) -> [UInt8] {
    try check(path, isExactly: size, of: distribution)
    guard let bytes = read(path, count: size), bytes.count == size else {
      throw DatasetError(path, .unreadable)
    }
    return bytes
  }

  /// Refuses a file of a distribution that is missing, or not as long as it is published.
  static func check(
    _ path: String, isExactly size: Int, of distribution: DatasetError.Distribution
  ) throws(DatasetError) {
    guard let actual = FileBytes.size(of: path) else {
      throw DatasetError(path, .noFile(of: distribution))
    }
    guard actual == size else {
      throw DatasetError(path, .length(actual, expected: size, of: distribution))
    }
  }

  /// All of a file, unless reading it would take more than the machine's memory.
  ///
  /// - Parameter factor: what reading it takes, in lengths of the file.
  static func readAll(
    _ path: String, factor: Int, of distribution: DatasetError.Distribution? = nil
  ) throws(DatasetError) -> [UInt8] {
    guard let size = size(of: path) else { throw DatasetError(path, .noFile(of: distribution)) }
    try checkMemory(path, needed: factor * size)
    guard let bytes = read(path, count: size), bytes.count == size else {
      throw DatasetError(path, .unreadable)
    }
    return bytes
  }

  /// Refuses what the machine's memory cannot hold, before anything is allocated.
  static func checkMemory(_ path: String, needed: Int) throws(DatasetError) {
    let available = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    guard needed < available else {
      throw DatasetError(path, .fileMemory(needed: needed, available: available))
    }
  }

  /// The lines of a short text, without blank ones; nil when there is no such file.
  static func lines(_ path: String) -> [String]? {
    // The lists of class names that are published take less than 1,200 bytes.
    guard size(of: path) != nil, let bytes = read(path, count: 1 << 16) else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  /// Whether there is a folder at a path, or a symbolic link that leads to one.
  static func isFolder(_ path: String) -> Bool {
    FilePath(path).isFolder
  }
}
