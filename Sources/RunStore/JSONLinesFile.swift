import Foundation

/// A JSON Lines file that a run appends to: sorted snake-case keys, doubles that read back to the
/// same bits, each record in one write.
public final class JSONLinesFile {
  private let url: URL
  private var descriptor: Int32

  /// Opens the file at `url` for appending, or makes it. A last line that a killed process left
  /// unfinished is cut off, so that the next record starts a line of its own.
  public init(appendingTo url: URL) throws(RunStoreError) {
    self.url = url
    descriptor = try Self.open(url)
    do throws(RunStoreError) {
      try repairEnd()
    } catch {
      Foundation.close(descriptor)
      descriptor = -1
      throw error
    }
  }

  deinit {
    close()
  }

  /// Adds one record as a line. When it cannot be written whole, nothing of it stays.
  public func append(_ record: some Encodable) throws(RunStoreError) {
    var line = try RunJSON.line(record)
    line.append(UInt8(ascii: "\n"))
    let end = lseek(descriptor, 0, SEEK_END)
    do throws(RunStoreError) {
      try AtomicFile.writeAll(line, to: descriptor, path: url.path)
    } catch {
      if end >= 0 { _ = ftruncate(descriptor, end) }
      throw error
    }
  }

  /// Drops the records of later steps, atomically: what a run that resumes from the checkpoint of
  /// `step` will write again.
  public func truncate(afterStep step: Int) throws(RunStoreError) {
    struct Stepped: Decodable { let step: Int }
    let data = try AtomicFile.readIfPresent(url) ?? Data()
    let records = try JSONLines.decode(Stepped.self, from: data, path: url.path)
    let kept = records.filter { $0.record.step <= step }
    if kept.count == records.count { return }
    var content = Data()
    for (line, _) in kept {
      content.append(line)
      content.append(UInt8(ascii: "\n"))
    }
    try AtomicFile.write(content, to: url)
    let replaced = descriptor
    descriptor = try Self.open(url)
    Foundation.close(replaced)
  }

  /// Waits until what was appended is on disk, as before a checkpoint that relies on it.
  public func synchronize() throws(RunStoreError) {
    // Pipes and devices have nothing to sync.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw .writing(url.path, errno: errno) }
  }

  /// Closes the file; appending to it afterwards is an error.
  public func close() {
    guard descriptor >= 0 else { return }
    Foundation.close(descriptor)
    descriptor = -1
  }

  private static func open(_ url: URL) throws(RunStoreError) -> Int32 {
    let descriptor = Foundation.open(url.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .writing(url.path, errno: errno) }
    return descriptor
  }

  private func repairEnd() throws(RunStoreError) {
    var status = stat()
    let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    guard isRegular, status.st_size > 0, let data = try AtomicFile.readIfPresent(url) else {
      return
    }
    let newline = UInt8(ascii: "\n")
    guard let last = data.last, last != newline else { return }
    let start = data.lastIndex(of: newline).map { $0 + 1 } ?? data.startIndex
    if JSONLines.isDocument(data[start...]) {
      try AtomicFile.writeAll(Data([newline]), to: descriptor, path: url.path)
    } else if ftruncate(descriptor, off_t(start)) != 0 {
      throw .writing(url.path, errno: errno)
    }
  }
}
