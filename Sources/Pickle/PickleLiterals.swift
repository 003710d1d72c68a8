/// How protocol 0 writes values as lines of text.
enum PickleLiterals {
  /// The most digits of a whole number: reading one takes the square of its length.
  static let digitLimit = 4_000

  /// `12`, `-7`, or `00` and `01` for false and true.
  static func number(_ text: String) throws(PickleError.Fault) -> PickleNode {
    switch text {
    case "00": return .bool(false)
    case "01": return .bool(true)
    default: return try integer(text[...])
    }
  }

  /// `12` or `12L`.
  static func long(_ text: String) throws(PickleError.Fault) -> PickleNode {
    try integer(text.hasSuffix("L") ? text.dropLast() : text[...])
  }

  private static func integer(_ text: Substring) throws(PickleError.Fault) -> PickleNode {
    if let value = Int(text) { return .integer(value) }
    let isNegative = text.hasPrefix("-")
    let digits = (isNegative ? text.dropFirst() : text).utf8
    guard !digits.isEmpty, digits.allSatisfy({ 48...57 ~= $0 }) else { throw .literal }
    guard digits.count <= digitLimit else { throw .digits(limit: digitLimit) }
    var magnitude: [UInt8] = []
    for digit in digits {
      var carry = Int(digit) - 48
      for place in magnitude.indices {
        carry += Int(magnitude[place]) * 10
        magnitude[place] = UInt8(carry & 255)
        carry >>= 8
      }
      if carry > 0 { magnitude.append(UInt8(carry)) }
    }
    return integer(littleEndian: isNegative ? negated(magnitude) : magnitude + [0])
  }

  /// Two's complement of any length; as few bytes as say the same.
  static func integer(littleEndian bytes: [UInt8]) -> PickleNode {
    var bytes = bytes
    while bytes.count > 1, let last = bytes.last, last == 0 || last == 255,
      (bytes[bytes.count - 2] >= 128) == (last == 255)
    {
      bytes.removeLast()
    }
    guard bytes.count <= 8 else { return .longInteger(bytes) }
    let isNegative = (bytes.last ?? 0) >= 128
    let value = bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
    return .integer(value)
  }

  private static func negated(_ magnitude: [UInt8]) -> [UInt8] {
    var carry = 1
    return (magnitude + [0]).map { byte in
      carry += Int(~byte)
      defer { carry >>= 8 }
      return UInt8(carry & 255)
    }
  }

  /// A `str` of Python 2 as its `repr`: in quotes, with escapes.
  static func quoted(_ line: ArraySlice<UInt8>) throws(PickleError.Fault) -> [UInt8] {
    guard line.count >= 2, let quote = line.first, quote == line.last,
      quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
    else { throw .literal }
    var result: [UInt8] = []
    var rest = line.dropFirst().dropLast()
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      guard let escape = rest.popFirst() else { throw .literal }
      switch escape {
      case UInt8(ascii: "n"): result.append(10)
      case UInt8(ascii: "t"): result.append(9)
      case UInt8(ascii: "r"): result.append(13)
      case UInt8(ascii: "x"): result.append(UInt8(try hexadecimal(&rest, count: 2)))
      case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): result.append(escape)
      default: throw .literal
      }
    }
    return result
  }

  /// Python's raw-unicode-escape: Latin-1, and `\uXXXX` or `\UXXXXXXXX` for what is not.
  static func rawUnicode(_ line: ArraySlice<UInt8>) throws(PickleError.Fault) -> String {
    var scalars = String.UnicodeScalarView()
    var rest = line
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let kind = rest.first, kind == 0x75 || kind == 0x55 else {
        scalars.append(Unicode.Scalar(byte))
        continue
      }
      rest.removeFirst()
      let code = try hexadecimal(&rest, count: kind == 0x75 ? 4 : 8)
      guard let scalar = Unicode.Scalar(code) else { throw .literal }
      scalars.append(scalar)
    }
    return String(scalars)
  }

  private static func hexadecimal(
    _ rest: inout ArraySlice<UInt8>, count: Int
  ) throws(PickleError.Fault) -> UInt32 {
    let digits = rest.prefix(count)
    rest = rest.dropFirst(count)
    guard digits.count == count, digits.allSatisfy({ $0 != UInt8(ascii: "+") }),
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw .literal }
    return value
  }
}
