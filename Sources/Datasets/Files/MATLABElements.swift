/// The elements of a MATLAB 5 file or of a matrix in it, one after the other.
struct MATLABElements {
  /// One element's type code and bytes.
  struct Element {
    let type: Int
    let bytes: ArraySlice<UInt8>
  }

  let isBigEndian: Bool
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) {
    rest = bytes
    self.isBigEndian = isBigEndian
  }

  /// The elements of a whole file, behind its 128 bytes of header.
  init(header file: [UInt8]) throws(MATLABFault) {
    guard file.count >= 128 else {
      throw file.starts(with: Array("MATLAB".utf8)) ? .truncated : .notMATLAB
    }
    switch (file[124], file[125], file[126], file[127]) {
    case (0, 1, UInt8(ascii: "I"), UInt8(ascii: "M")): isBigEndian = false
    case (1, 0, UInt8(ascii: "M"), UInt8(ascii: "I")): isBigEndian = true
    case (0, 2, UInt8(ascii: "I"), UInt8(ascii: "M")): throw .version73
    default: throw .notMATLAB
    }
    rest = file[128...]
  }

  /// A number of four bytes at a distance from the next element's beginning, which must be there.
  private func word(_ distance: Int) -> Int {
    let bytes = rest.dropFirst(distance).prefix(4)
    let ordered = isBigEndian ? Array(bytes) : bytes.reversed()
    return ordered.reduce(0) { $0 << 8 | Int($1) }
  }

  /// Type and length of the next element in the long form; nil when that is not there.
  var longTag: (type: Int, count: Int)? {
    guard rest.count >= 8, word(0) >> 16 == 0 else { return nil }
    return (word(0), word(4))
  }

  /// The next element; nil behind the last one.
  mutating func next() throws(MATLABFault) -> Element? {
    guard !rest.isEmpty else { return nil }
    guard rest.count >= 8 else { throw .truncated }
    guard let tag = longTag else {
      // A short one: its length, its type, and up to four bytes.
      let (count, type) = (word(0) >> 16, word(0) & 0xFFFF)
      guard count <= 4 else { throw .truncated }
      defer { rest = rest.dropFirst(8) }
      return Element(type: type, bytes: rest.dropFirst(4).prefix(count))
    }
    guard tag.count <= rest.count - 8 else { throw .truncated }
    let bytes = rest.dropFirst(8).prefix(tag.count)
    // All but compressed elements are padded to eight bytes.
    rest = rest.dropFirst(8 + (tag.type == 15 ? tag.count : (tag.count + 7) / 8 * 8))
    return Element(type: tag.type, bytes: bytes)
  }
}

/// A real, dense array of numbers of a MATLAB file, first dimension fastest.
struct MATLABArray {
  /// How numbers are stored, by MATLAB's codes.
  enum Storage: Int {
    case int8 = 1
    case uint8
    case int16
    case uint16
    case int32
    case uint32
    case single
    case double = 9
    case int64 = 12
    case uint64

    var width: Int {
      switch self {
      case .int8, .uint8: 1
      case .int16, .uint16: 2
      case .int32, .uint32, .single: 4
      case .double, .int64, .uint64: 8
      }
    }
  }

  let dimensions: [Int]
  let storage: Storage
  let bytes: ArraySlice<UInt8>
  private let isBigEndian: Bool

  /// A matrix and its name; nil for one of another class than numbers, and for complex ones.
  static func read(_ matrix: MATLABElements) throws(MATLABFault) -> (String, MATLABArray)? {
    var parts = matrix
    guard let flags = try parts.next(), flags.type == 6, flags.bytes.count == 8 else { return nil }
    let words = integers(flags.bytes, .uint32, isBigEndian: matrix.isBigEndian) ?? []
    let isComplex = words[0] & 0x0800 != 0
    guard 6...15 ~= words[0] & 0xFF, !isComplex else { return nil }
    guard let shape = try parts.next(), let nameBytes = try parts.next(),
      let values = try parts.next()
    else { throw .truncated }
    let name = String(decoding: nameBytes.bytes, as: UTF8.self)
    guard shape.type == 5, let storage = Storage(rawValue: values.type),
      let dimensions = integers(shape.bytes, .int32, isBigEndian: matrix.isBigEndian)
    else { throw .inconsistent(array: name) }
    var byteCount = storage.width
    for length in dimensions {
      let (next, isTooLarge) = byteCount.multipliedReportingOverflow(by: length)
      guard !isTooLarge, length >= 0 else { throw .inconsistent(array: name) }
      byteCount = next
    }
    guard byteCount == values.bytes.count else { throw .inconsistent(array: name) }
    return (
      name,
      MATLABArray(
        dimensions: dimensions, storage: storage, bytes: values.bytes,
        isBigEndian: matrix.isBigEndian)
    )
  }

  /// The numbers, in their order; nil when some is not whole or does not fit.
  var wholeNumbers: [Int]? {
    MATLABArray.integers(bytes, storage, isBigEndian: isBigEndian)
  }

  private static func integers(
    _ bytes: ArraySlice<UInt8>, _ storage: Storage, isBigEndian: Bool
  ) -> [Int]? {
    guard bytes.count.isMultiple(of: storage.width) else { return nil }
    var numbers: [Int] = []
    for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: storage.width) {
      let element = bytes[start..<start + storage.width]
      let ordered = isBigEndian ? Array(element) : element.reversed()
      let bits = ordered.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
      guard let number = storage.whole(bits) else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}

extension MATLABArray.Storage {
  /// The whole number that an element's bits mean, if they mean one.
  fileprivate func whole(_ bits: UInt64) -> Int? {
    switch self {
    case .int8: Int(Int8(truncatingIfNeeded: bits))
    case .int16: Int(Int16(truncatingIfNeeded: bits))
    case .int32: Int(Int32(truncatingIfNeeded: bits))
    case .int64: Int(Int64(bitPattern: bits))
    case .uint8, .uint16, .uint32, .uint64: Int(exactly: bits)
    case .single: Int(exactly: Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .double: Int(exactly: Double(bitPattern: bits))
    }
  }
}
