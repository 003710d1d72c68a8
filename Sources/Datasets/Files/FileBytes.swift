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
    guard let actual = FileBytes.size(of: path) else {
      throw DatasetError(path, .noFile(of: distribution))
    }
    guard actual == size else {
      throw DatasetError(path, .length(actual, expected: size, of: distribution))
    }
    guard let bytes = read(path, count: size), bytes.count == size else {
      throw DatasetError(path, .unreadable)
    }
    return bytes
  }

  /// Whether there is a folder at a path, or a symbolic link that leads to one.
  static func isFolder(_ path: String) -> Bool {
    FilePath(path).isFolder
  }
}
