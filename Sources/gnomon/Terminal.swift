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
    write(message + "\n")
  }

  /// Writes over the current line of the screen.
  static func overwrite(_ message: String) {
    write("\r\u{1B}[2K\(message)")
  }

  /// Nobody left to read must not end what is being done.
  private static func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
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
