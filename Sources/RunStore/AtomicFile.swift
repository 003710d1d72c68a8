import Foundation

/// Writes files whole or not at all: beside the target, synced, renamed over it, folder synced.
///
/// A reader, also after a power cut, finds the old content or the new, never a part. Devices and
/// pipes cannot be renamed over: they are written to directly.
public enum AtomicFile {
  /// Takes the bytes of a file piece by piece. Valid only inside the closure it is passed to.
  public struct Appender {
    fileprivate let descriptor: Int32
    fileprivate let path: String

    /// Adds `bytes` at the end.
    public func callAsFunction(_ bytes: UnsafeRawBufferPointer) throws(RunStoreError) {
      try AtomicFile.writeAll(bytes, to: descriptor, path: path)
    }

    /// Adds `data` at the end.
    public func callAsFunction(_ data: Data) throws(RunStoreError) {
      try AtomicFile.writeAll(data, to: descriptor, path: path)
    }
  }

  /// Replaces the content of the file at `url` by `data`.
  public static func write(_ data: Data, to url: URL) throws(RunStoreError) {
    do {
      try write(to: url) { append in try append(data) }
    } catch let error as RunStoreError {
      throw error
    } catch {
      throw .unwritable(path: url.path, reason: reason(of: error))
    }
  }

  /// Replaces the content of the file at `url` by what `body` appends, so that a large file need
  /// not be in memory at once. When `body` throws, the old content stays and its error passes on.
  public static func write(to url: URL, _ body: (Appender) throws -> Void) throws {
    let target = resolvingLinks(url.path)
    var status = stat()
    if stat(target, &status) == 0 {
      let kind = status.st_mode & S_IFMT
      if kind == S_IFDIR { throw RunStoreError.writing(url.path, errno: EISDIR) }
      if kind != S_IFREG { return try writeDirectly(to: target, body) }
    }
    let temporary = temporaryPath(beside: target)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw RunStoreError.writing(url.path, errno: errno) }
    // Says that its writer lives, to `removeLeftovers(in:)`.
    FileLock.take(descriptor)
    do {
      try fill(descriptor, path: url.path, body)
      guard rename(temporary, target) == 0 else {
        throw RunStoreError.writing(url.path, errno: errno)
      }
    } catch {
      unlink(temporary)
      close(descriptor)
      throw error
    }
    // Closed only now: the lock lasts until the file has its name. Write errors came with the sync.
    close(descriptor)
    synchronizeFolder(of: target)
  }

  /// The content of the file at `url`, or `nil` when there is no such file.
  package static func readIfPresent(_ url: URL) throws(RunStoreError) -> Data? {
    var status = stat()
    if stat(url.path, &status) != 0 {
      let code = errno
      if code == ENOENT { return nil }
      throw .unreadable(path: url.path, reason: String(cString: strerror(code)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: url.path, reason: "not a regular file")
    }
    do {
      return try Data(contentsOf: url)
    } catch {
      throw .unreadable(path: url.path, reason: reason(of: error))
    }
  }

  /// Writes all of `data`, however many calls the system needs for it.
  static func writeAll(
    _ data: Data, to descriptor: Int32, path: String
  ) throws(RunStoreError) {
    let outcome: Result<Void, RunStoreError> = data.withUnsafeBytes { bytes in
      do throws(RunStoreError) {
        return .success(try writeAll(bytes, to: descriptor, path: path))
      } catch {
        return .failure(error)
      }
    }
    try outcome.get()
  }

  private static func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
  ) throws(RunStoreError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Foundation.write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if written < 0 && errno != EINTR {
        throw .writing(path, errno: errno)
      }
    }
  }

  /// Removes what killed processes left half written in `folder`, not in folders within it. A file
  /// that a living process is writing stays.
  public static func removeLeftovers(in folder: URL) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where isTemporary(name) {
      let path = folder.appendingPathComponent(name).path
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      if FileLock.take(descriptor) { unlink(path) }
      close(descriptor)
    }
  }

  /// Whether a file of this name is one that is being written, or was when its process was killed.
  public static func isTemporary(_ name: String) -> Bool {
    name.hasPrefix(".gnomon-") && name.hasSuffix(".tmp")
  }

  /// What a Foundation error says, on one line, by its system error where it has one.
  static func reason(of error: any Error) -> String {
    let outer = error as NSError
    let inner = outer.userInfo[NSUnderlyingErrorKey] as? NSError
    for candidate in [inner, outer].compactMap({ $0 })
    where candidate.domain == NSPOSIXErrorDomain {
      return String(cString: strerror(Int32(candidate.code)))
    }
    return outer.localizedDescription.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  private static func fill(
    _ descriptor: Int32, path: String, _ body: (Appender) throws -> Void
  ) throws {
    try body(Appender(descriptor: descriptor, path: path))
    guard fsync(descriptor) == 0 else { throw RunStoreError.writing(path, errno: errno) }
  }

  private static func writeDirectly(
    to path: String, _ body: (Appender) throws -> Void
  ) throws {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw RunStoreError.writing(path, errno: errno) }
    defer { close(descriptor) }
    try body(Appender(descriptor: descriptor, path: path))
  }

  /// The file behind a symbolic link, so that writing through a link keeps the link.
  private static func resolvingLinks(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  package static func temporaryPath(beside path: String) -> String {
    let target = URL(fileURLWithPath: path)
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    return target.deletingLastPathComponent()
      .appendingPathComponent(".gnomon-\(suffix).tmp").path
  }

  /// Makes the rename last. Some file systems cannot sync a folder: then there is nothing to do.
  package static func synchronizeFolder(of path: String) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
