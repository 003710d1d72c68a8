import CArchive
import Foundation

/// A file in an archive.
public struct ArchiveMember: Sendable, Equatable {
  /// Its path in the archive, without a leading `./`.
  public let name: String
  /// Its bytes.
  public let size: Int
  /// Where its bytes begin in the archive's file, if they lie there as they are.
  public let offset: Int?
}

/// Reads an archive's members one after the other, into memory alone: nothing is ever written.
///
/// A member that is no plain file, or whose name is absolute or climbs by `..`, stops the reading: no archive
/// of data has a use for them.
public final class ArchiveReader {
  /// Kinds of archives.
  public enum Format: Sendable {
    /// tar, as it is or compressed with gzip.
    case tar
    /// zip, stored or deflated.
    case zip
  }

  private let archive: OpaquePointer
  private let format: Format
  /// The archive's bytes on disk.
  private let fileSize: Int
  /// What a compressed archive is decompressed by; nil for another.
  private let stream: GzipStream?

  /// How much may follow a compressed archive's last member: what pads it.
  private static let paddingLimit = 1 << 20

  /// Opens an archive.
  ///
  /// - Throws: `ArchiveError` when the file is not there, or plainly no archive of the kind.
  public init(path: String, _ format: Format) throws(ArchiveError) {
    guard let archive = archive_read_new() else { throw .unreadable(reason: "no memory") }
    self.archive = archive
    self.format = format
    let beginning = ArchiveReader.ends(of: path)
    fileSize = beginning.size
    let isCompressed = format == .tar && Inflater.isGzip(beginning.first)
    stream = isCompressed ? GzipStream(path: path) : nil
    switch format {
    case .tar: archive_read_support_format_tar(archive)
    case .zip: archive_read_support_format_zip_seekable(archive)
    }
    let status = stream.map(open) ?? archive_read_open_filename(archive, path, 1 << 16)
    guard status == ARCHIVE_OK else { throw stream?.error ?? .unreadable(reason: message) }
    // libarchive takes a tar file that was cut between two members for a whole one.
    if format == .tar, stream == nil,
      beginning.last.count < 512
        || beginning.last.contains(where: { $0 != 0 })
    {
      throw .truncated
    }
  }

  deinit { archive_read_free(archive) }

  /// The next file; nil after the last one. Folders are passed over.
  ///
  /// - Throws: `ArchiveError` for a damaged archive, and for a member that none should have.
  public func next() throws(ArchiveError) -> ArchiveMember? {
    while true {
      var entry: OpaquePointer?
      let status = archive_read_next_header(archive, &entry)
      if let error = stream?.error { throw error }
      if status == ARCHIVE_EOF {
        try finishStream()
        return nil
      }
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else {
        throw .unreadable(reason: message)
      }
      if let member = try member(entry) { return member }
    }
  }

  /// The next `count` bytes of the member that `next` gave; fewer at its end. Memory is taken as the bytes
  /// come.
  ///
  /// - Throws: `ArchiveError` for data that is damaged or ends too early.
  public func read(_ count: Int) throws(ArchiveError) -> [UInt8] {
    var output: [UInt8] = []
    while output.count < count {
      let size = min(count - output.count, 1 << 20)
      var taken = 0
      output += [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
        taken = archive_read_data(archive, buffer.baseAddress, size)
        filled = max(taken, 0)
      }
      guard taken >= 0 else { throw stream?.error ?? .unreadable(reason: message) }
      guard taken > 0 else { break }
    }
    return output
  }

  private func open(_ stream: GzipStream) -> Int32 {
    archive_read_open(
      archive, Unmanaged.passUnretained(stream).toOpaque(), nil,
      { _, address, bytes in
        guard let address else { return -1 }
        let stream = Unmanaged<GzipStream>.fromOpaque(address).takeUnretainedValue()
        let part = stream.next()
        bytes?.pointee = part.baseAddress
        return stream.error == nil ? la_ssize_t(part.count) : -1
      }, nil)
  }

  /// Goes to the end, where the checksum is.
  private func finishStream() throws(ArchiveError) {
    guard let stream else { return }
    var padding = 0
    while case let part = stream.next(), !part.isEmpty {
      padding += part.count
      guard padding <= ArchiveReader.paddingLimit else {
        throw .unreadable(reason: "more follows its last member")
      }
    }
    if let error = stream.error { throw error }
  }

  private var message: String {
    archive_error_string(archive).map { String(cString: $0) } ?? "unknown format"
  }

  private func member(_ entry: OpaquePointer) throws(ArchiveError) -> ArchiveMember? {
    guard
      let pointer = archive_entry_pathname(entry) ?? archive_entry_pathname_utf8(entry)
    else { throw .unreadable(reason: "a member without a readable name") }
    var name = String(cString: pointer)
    while name.hasPrefix("./") { name.removeFirst(2) }
    let kind = mode_t(archive_entry_filetype(entry)) & S_IFMT
    // By bytes, as a file system reads them: Swift takes a slash and a combining mark for one character.
    let parts = name.utf8.split(separator: UInt8(ascii: "/"))
    guard name.utf8.first != UInt8(ascii: "/"),
      !parts.contains(where: { $0.elementsEqual("..".utf8) })
    else {
      throw .outsideName(name)
    }
    guard archive_entry_hardlink(entry) == nil, archive_entry_symlink(entry) == nil else {
      throw .notAFile(name)
    }
    if kind == S_IFDIR { return nil }
    guard kind == S_IFREG else { throw .notAFile(name) }
    guard archive_entry_sparse_count(entry) == 0 else { throw .sparse(name) }
    guard archive_entry_size_is_set(entry) != 0, archive_entry_size(entry) >= 0 else {
      throw .length(name)
    }
    let size = Int(archive_entry_size(entry))
    guard format == .tar, stream == nil else {
      return ArchiveMember(name: name, size: size, offset: nil)
    }
    let offset = Int(archive_filter_bytes(archive, 0))
    guard 0...fileSize ~= offset, size <= fileSize - offset else { throw .length(name) }
    return ArchiveMember(name: name, size: size, offset: offset)
  }

  /// The first two and the last 512 bytes of a file, and how many it has.
  private static func ends(of path: String) -> (size: Int, first: [UInt8], last: [UInt8]) {
    guard let file = FileHandle(forReadingAtPath: path) else { return (0, [], []) }
    let first = (try? file.read(upToCount: 2)) ?? Data()
    let size = Int(clamping: (try? file.seekToEnd()) ?? 0)
    try? file.seek(toOffset: UInt64(max(0, size - 512)))
    let last = (try? file.read(upToCount: 512)) ?? Data()
    return (size, Array(first), Array(last))
  }
}
