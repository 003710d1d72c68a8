extension String {
  /// Whether it names something in the folder where it is looked for: it is no path, and neither that folder nor the one above.
  ///
  /// Bytes decide, as they do in the file system: of a slash and a combining mark Swift makes one character, which is no slash.
  package var isFileName: Bool {
    !isEmpty && self != "." && self != ".."
      && !utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }
}
