/// Why a compressed file or an archive is not read.
public enum ArchiveError: Error, Equatable, Sendable {
  /// The file cannot be opened or is no archive of the kind.
  case unreadable(reason: String)
  /// Compressed data is damaged.
  case damaged
  /// Compressed data or a member ends too early.
  case truncated
  /// A member's name would lead out of the folder that it is unpacked in.
  case outsideName(String)
  /// A member is a link, a device or a pipe.
  case notAFile(String)
  /// A member is stored with holes.
  case sparse(String)
  /// A member does not say how long it is, or says what cannot be.
  case length(String)
}

extension ArchiveError: CustomStringConvertible {
  /// What is wrong, in a few words.
  public var description: String {
    switch self {
    case .unreadable(let reason): "cannot be read as an archive (\(reason))"
    case .damaged: "its compressed data is damaged"
    case .truncated: "it ends too early"
    case .outsideName(let name): "its member \(name) leads out of the archive"
    case .notAFile(let name): "its member \(name) is no file but a link or a device"
    case .sparse(let name): "its member \(name) is stored with holes"
    case .length(let name): "its member \(name) lies about its length"
    }
  }
}
