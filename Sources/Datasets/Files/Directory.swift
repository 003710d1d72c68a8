import Foundation

/// The entries of a folder, sorted by the bytes of their names.
struct Directory {
  enum Kind {
    /// A regular file, or a link that leads to one.
    case file
    case folder
    case linkToFolder
    /// A pipe, a device, a link that leads nowhere.
    case other
  }

  private(set) var entries: [(name: FilePath, kind: Kind)] = []
  /// How many entries are hidden, their names beginning with a dot; they are not among `entries`.
  private(set) var hiddenCount = 0

  /// Nil when the folder cannot be read.
  init?(_ path: FilePath) {
    guard let stream = path.withCString({ opendir($0) }) else { return nil }
    defer { closedir(stream) }
    guard let place = MemoryLayout<dirent>.offset(of: \dirent.d_name) else { return nil }
    while let entry = readdir(stream) {
      let start = UnsafeRawPointer(entry).advanced(by: place)
      let length = strlen(start.assumingMemoryBound(to: CChar.self))
      let name = FilePath(bytes: Array(UnsafeRawBufferPointer(start: start, count: length)))
      if name.bytes.first == UInt8(ascii: ".") {
        hiddenCount += name == FilePath(".") || name == FilePath("..") ? 0 : 1
      } else {
        let kind = Directory.kind(of: path.appending(name), type: Int(entry.pointee.d_type))
        entries.append((name, kind))
      }
    }
    entries.sort { $0.name < $1.name }
  }

  private static func kind(of path: FilePath, type: Int) -> Kind {
    switch type {
    case Int(DT_REG): return .file
    case Int(DT_DIR): return .folder
    case Int(DT_LNK), Int(DT_UNKNOWN):
      if path.fileSize != nil { return .file }
      guard path.isFolder else { return .other }
      var information = stat()
      let isLink =
        path.withCString { lstat($0, &information) } == 0
        && information.st_mode & S_IFMT == S_IFLNK
      return isLink ? .linkToFolder : .folder
    default: return .other
    }
  }
}
