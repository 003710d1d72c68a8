import Foundation

/// Reading of files that others write, and may replace by anything: links are not followed, and no more is
/// read than was asked for.
enum PlainFile {
  /// Why a file cannot be read.
  struct Unreadable: Error, CustomStringConvertible {
    let description: String
  }

  /// Hands on an open regular file; nil where there is none.
  ///
  /// - Throws: `Unreadable` where something else has its name, or the system refuses; what `body` throws.
  static func with<Result>(
    _ path: String, _ body: (Int32, FileStamp) throws -> Result
  ) throws -> Result? {
    // Without waiting: a pipe of that name must not hold the server up.
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw Unreadable(
        description: errno == ELOOP ? "is a link" : String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    guard let stamp = FileStamp(descriptor: descriptor), !stamp.isFolder else {
      throw Unreadable(description: "is not a regular file")
    }
    return try body(descriptor, stamp)
  }

  /// The content of a file; nil where there is none.
  ///
  /// - Throws: `Unreadable`, also for a file of more than `limit` bytes.
  static func read(_ path: String, limit: Int) throws -> Data? {
    try with(path) { descriptor, stamp in
      guard stamp.size <= limit else {
        throw Unreadable(description: "has \(stamp.size) bytes, more than \(limit)")
      }
      return bytes(of: descriptor, from: 0, count: stamp.size)
    }
  }

  /// The last bytes of a file, at most `count`; nil where there is none.
  static func tail(_ path: String, count: Int) throws -> Data? {
    try with(path) { descriptor, stamp in
      let count = min(count, stamp.size)
      return bytes(of: descriptor, from: stamp.size - count, count: count)
    }
  }

  /// Bytes of an open file: fewer where it ends before.
  static func bytes(of descriptor: Int32, from start: Int, count: Int) -> Data {
    var data = Data(count: count)
    let length = data.withUnsafeMutableBytes { buffer in
      var done = 0
      while done < count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
        let read = pread(descriptor, rest.baseAddress, rest.count, off_t(start + done))
        if read > 0 {
          done += read
        } else if read == 0 || errno != EINTR {
          break
        }
      }
      return done
    }
    return data.prefix(length)
  }
}
