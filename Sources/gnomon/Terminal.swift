import Foundation

/// Standard error for people, standard output for results.
enum Terminal {
  /// Whether standard error is a screen rather than a file or a pipe.
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// One line that says what went wrong.
  static func error(_ message: String) { note("gnomon: error: \(message.onOneLine)") }

  /// One line that says what the user should know.
  static func warning(_ message: String) { note("gnomon: warning: \(message.onOneLine)") }

  /// One line of progress.
  static func note(_ message: String) {
    FileHandle.standardError.write(Data((message + "\n").utf8))
  }

  /// Writes over the current line of the screen.
  static func overwrite(_ message: String) {
    FileHandle.standardError.write(Data("\r\u{1B}[2K\(message)".utf8))
  }

  /// How many characters fit on a line of the screen.
  static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}

extension String {
  fileprivate var onOneLine: String {
    split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .joined(separator: " ")
  }
}
