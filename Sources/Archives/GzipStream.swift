import CZlib

/// A gzip file's decompressed bytes, part after part. zlib compares lengths and checksums, which libarchive's own decompression does not.
final class GzipStream {
  private let file: gzFile
  private let part = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  /// Why there are no more bytes, where that is not the file's end.
  private(set) var error: ArchiveError?

  /// Opens a file; nil where that fails.
  init?(path: String) {
    guard let file = gzopen(path, "rb") else {
      part.deallocate()
      return nil
    }
    self.file = file
  }

  deinit {
    gzclose(file)
    part.deallocate()
  }

  /// The next bytes, valid until the next call; none at the end, and where there is an `error`.
  func next() -> UnsafeRawBufferPointer {
    guard error == nil else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let count = gzread(file, part.baseAddress, UInt32(part.count))
    var status = Z_OK
    gzerror(file, &status)
    if count < 0 || status != Z_OK && status != Z_STREAM_END {
      error = status == Z_BUF_ERROR ? .truncated : .damaged
      return UnsafeRawBufferPointer(start: nil, count: 0)
    }
    return UnsafeRawBufferPointer(rebasing: part[..<Int(count)])
  }
}
