/// The bytes of a pickle, read from front to back and never beyond their end.
struct PickleReader {
  let bytes: [UInt8]
  private(set) var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var rest: Int { bytes.count - position }

  mutating func byte() throws(PickleError.Fault) -> UInt8 {
    guard position < bytes.count else { throw .truncated }
    defer { position += 1 }
    return bytes[position]
  }

  /// The next bytes by their place.
  mutating func range(_ count: Int) throws(PickleError.Fault) -> Range<Int> {
    guard 0...rest ~= count else { throw .truncated }
    defer { position += count }
    return position..<position + count
  }

  /// The place of a run of bytes whose length stands before it in `width` bytes.
  mutating func sizedRange(width: Int) throws(PickleError.Fault) -> Range<Int> {
    try range(length(width: width))
  }

  /// A length of `width` bytes; one beyond a signed number's range is longer than any file.
  mutating func length(width: Int) throws(PickleError.Fault) -> Int {
    guard let length = Int(exactly: try unsigned(width: width)) else { throw .truncated }
    return length
  }

  /// A number of `width` bytes, the least significant first.
  mutating func unsigned(width: Int) throws(PickleError.Fault) -> UInt64 {
    let place = try range(width)
    return bytes[place].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The place of a line, without its end.
  mutating func line() throws(PickleError.Fault) -> Range<Int> {
    guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
      throw .truncated
    }
    defer { position = end + 1 }
    return position..<end
  }

  /// A line of UTF-8.
  mutating func text() throws(PickleError.Fault) -> String {
    try string(line())
  }

  /// The text at a place.
  func string(_ place: Range<Int>) throws(PickleError.Fault) -> String {
    guard let text = String(validating: bytes[place], as: UTF8.self) else { throw .literal }
    return text
  }
}
