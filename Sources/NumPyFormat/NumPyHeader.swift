/// What a .npy file says of the array in it, versions 1 to 3
/// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
public struct NumPyHeader: Sendable, Equatable {
  /// The elements' type as NumPy writes it, without the order of its bytes: `u1`, `f4`.
  public let type: String
  /// Whether an element's most significant byte comes first.
  public let isBigEndian: Bool
  /// Whether the first dimension is the fastest.
  public let isColumnMajor: Bool
  /// The lengths of the dimensions.
  public let shape: [Int]
  /// Where the elements begin.
  public let start: Int

  /// Bytes of a file that hold its header, whatever the header says.
  public static let longest = 12 + lengthLimit

  /// The longest header that is read: a plain array's takes 118 bytes.
  private static let lengthLimit = 1 << 16

  /// The header at the front of a file's bytes; what follows it may be missing.
  public init(_ bytes: UnsafeRawBufferPointer) throws(NumPyHeaderError) {
    guard bytes.count >= 10, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw .notNumPy
    }
    let isLong = bytes[6] >= 2
    guard 1...3 ~= bytes[6], bytes.count >= 12 else { throw .version(bytes[6]) }
    let length =
      isLong
      ? Int(bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self).littleEndian)
      : Int(bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self).littleEndian)
    start = (isLong ? 12 : 10) + length
    guard start <= bytes.count, length <= NumPyHeader.lengthLimit else { throw .endless }
    let header = String(decoding: bytes[(isLong ? 12 : 10)..<start], as: UTF8.self)
    guard let description = header.firstMatch(of: /'descr':\s*'([<>|=])([a-z])(\d+)'/),
      let order = header.firstMatch(of: /'fortran_order':\s*(True|False)/),
      let lengths = header.firstMatch(of: /'shape':\s*\(([\d,\s]*)\)/)
    else {
      let other = header.firstMatch(of: /'descr':\s*'([<>|=]?[A-Z]\d*)'/)
      throw other.map { .notNumbers(type: String($0.1)) } ?? .noPlainArray
    }
    let parts = lengths.1.split { ", ".contains($0) }
    shape = parts.compactMap { Int($0) }
    guard shape.count == parts.count else { throw .noPlainArray }
    type = "\(description.2)\(description.3)"
    isBigEndian = description.1 == ">"
    isColumnMajor = order.1 == "True"
  }

  /// The number of elements; nil when it is beyond every file's.
  public var elementCount: Int? {
    var product = 1
    for length in shape {
      let (next, isTooLarge) = product.multipliedReportingOverflow(by: length)
      if isTooLarge { return nil }
      product = next
    }
    return product
  }
}

/// Why a file's beginning is no header of a plain array.
public enum NumPyHeaderError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The magic bytes are missing.
  case notNumPy
  /// The version is none of 1 to 3.
  case version(UInt8)
  /// The header ends beyond the file, or beyond what any plain array's takes.
  case endless
  /// The elements are text, objects or times; the type as NumPy writes it.
  case notNumbers(type: String)
  /// The header describes no array of numbers.
  case noPlainArray

  /// What is wrong, in a few words.
  public var description: String {
    switch self {
    case .notNumPy: "it does not begin with NumPy's magic bytes"
    case .version(let version): "version \(version)"
    case .endless: "its header ends beyond the file"
    case .notNumbers(let type): "its elements, of type \(type), are no numbers"
    case .noPlainArray: "its header names no plain type, order and shape"
    }
  }
}
