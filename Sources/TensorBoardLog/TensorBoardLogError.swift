import Foundation

/// Why a file for TensorBoard could not be written or read.
public enum TensorBoardLogError: Error, Equatable, Sendable {
  /// A file or folder cannot be written.
  case unwritable(path: String, reason: String)
  /// A file cannot be read.
  case unreadable(path: String, reason: String)
  /// A record's checksum is not that of its bytes, or its bytes are no event.
  case damaged(path: String)
  /// The rows of what describes embeddings are not as many as the embeddings.
  case rowCount(name: String, rows: Int, expected: Int)
  /// The numbers of embeddings are no whole number of rows.
  case ragged(name: String, numbers: Int, dimension: Int)
}

extension TensorBoardLogError: CustomStringConvertible {
  /// What was wrong and where, in one line.
  public var description: String {
    switch self {
    case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
    case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
    case .damaged(let path): "\(path) is damaged: a record is not what was written"
    case .rowCount(let name, let rows, let expected):
      "\(name) has \(rows) rows, and there are \(expected) points"
    case .ragged(let name, let numbers, let dimension):
      "the \(numbers) numbers of \(name) are no whole number of rows of \(dimension)"
    }
  }

  /// The reason that a system call left behind.
  static var systemReason: String { String(cString: strerror(errno)) }

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
}
