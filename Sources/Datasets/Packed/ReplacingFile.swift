import Foundation

/// A file that is written beside its name and takes it when it is whole and on the disk. A reader finds what was
/// there before or all of the new file, whatever ends the process.
final class ReplacingFile {
  /// How many bytes were appended.
  private(set) var length = 0
  /// The name that was asked for, for messages.
  private let path: String
  /// The file that takes it: what a link leads to, so that the link stays.
  private let target: String
  /// Where its bytes are until then.
  let temporary: String
  private let descriptor: Int32
  private var isCommitted = false

  /// Begins a file.
  ///
  /// - Throws: `DatasetError` where the folder takes none, or something other than a file has the name.
  init(path: String) throws(DatasetError) {
    self.path = path
    target = ReplacingFile.resolved(path)
    var status = stat()
    if stat(target, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw DatasetError(path, .unwritable(reason: "it is a folder or a device"))
    }
    // Such a name, and a lock as long as its writer lives, are what a run's files being written have: who clears
    // away the ones that were left clears away these too.
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    temporary =
      URL(fileURLWithPath: target).deletingLastPathComponent()
      .appendingPathComponent(".gnomon-\(suffix).tmp").path
    descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw ReplacingFile.error(path) }
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
  }

  deinit {
    if !isCommitted { unlink(temporary) }
    close(descriptor)
  }

  /// Adds bytes at the end.
  func append(_ bytes: UnsafeRawBufferPointer) throws(DatasetError) {
    try write(bytes, at: length)
    length += bytes.count
  }

  /// Adds bytes at the end.
  func append(_ bytes: [UInt8]) throws(DatasetError) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(DatasetError) in
      try append(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Adds zeros up to a multiple of `alignment`.
  func pad(to alignment: Int) throws(DatasetError) {
    let rest = length % alignment
    if rest > 0 { try append([UInt8](repeating: 0, count: alignment - rest)) }
  }

  /// Writes over bytes that are there.
  func overwrite(_ bytes: [UInt8], at place: Int) throws(DatasetError) {
    precondition(place + bytes.count <= length, "bytes beyond the end")
    try bytes.withUnsafeBufferPointer { (bytes) throws(DatasetError) in
      try write(UnsafeRawBufferPointer(bytes), at: place)
    }
  }

  /// Lets the file take its name.
  func commit() throws(DatasetError) {
    guard fsync(descriptor) == 0, rename(temporary, target) == 0 else {
      throw ReplacingFile.error(path)
    }
    isCommitted = true
    let folder = URL(fileURLWithPath: target).deletingLastPathComponent().path
    let place = open(folder, O_RDONLY | O_CLOEXEC)
    guard place >= 0 else { return }
    // Makes the name last. Some file systems cannot sync a folder: then there is nothing to do.
    fsync(place)
    close(place)
  }

  private func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(DatasetError) {
    var done = 0
    while done < bytes.count {
      let written = pwrite(
        descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(place + done))
      if written > 0 {
        done += written
      } else if written == 0 || errno != EINTR {
        throw ReplacingFile.error(path)
      }
    }
  }

  private static func error(_ path: String) -> DatasetError {
    DatasetError(path, .unwritable(reason: String(cString: strerror(errno))))
  }

  private static func resolved(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
