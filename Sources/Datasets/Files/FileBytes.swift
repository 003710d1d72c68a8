import Foundation

/// Reading whole files whose names come from outside.
enum FileBytes {
  /// The size in bytes of a regular file, or of the one a symbolic link leads to; nil for
  /// anything else, a folder or a pipe among them.
  static func size(of path: String) -> Int? {
    var information = stat()
    guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(information.st_size)
  }

  /// The first `count` bytes of a regular file, fewer when it is shorter; nil when it cannot be
  /// read.
  static func read(_ path: String, count: Int) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let step = Foundation.read(
          descriptor, buffer.baseAddress?.advanced(by: filled), count - filled)
        if step < 0 && errno == EINTR { continue }
        failed = step < 0
        if step <= 0 { break }
        filled += step
      }
    }
    return failed ? nil : bytes
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
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }
}
