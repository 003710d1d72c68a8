/// What the head of a BMP file says.
struct BMPHeader {
  enum Coding {
    case plain
    case runs
  }

  /// Where a channel lies in a pixel's word.
  struct Field {
    let shift: UInt32
    let largest: UInt32

    /// The bits that a mask covers.
    init(mask: UInt32) {
      shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
      largest = mask >> shift
    }

    /// The channel as 0 … 255, rounded down as Pillow rounds it.
    func value(of word: UInt32) -> UInt8 {
      guard largest > 0 else { return 0 }
      return UInt8(truncatingIfNeeded: UInt64(word >> shift & largest) * 255 / UInt64(largest))
    }
  }

  let width: Int
  let height: Int
  let isTopDown: Bool
  let bits: Int
  let coding: Coding
  let dataOffset: Int
  /// Red, green and blue of pixels of 16 bits and more.
  let fields: [Field]
  /// The colours of pixels of up to 8 bits.
  let palette: [SIMD3<UInt8>]

  init(_ file: [UInt8]) throws(ImageFault) {
    func number(_ place: Int, bytes: Int) throws(ImageFault) -> UInt32 {
      guard place + bytes <= file.count else { throw ImageFault("damaged BMP: it is cut short") }
      return file[place..<place + bytes].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    dataOffset = Int(try number(10, bytes: 4))
    let length = Int(try number(14, bytes: 4))
    let isOS2 = length == 12
    if isOS2 {
      width = Int(try number(18, bytes: 2))
      height = Int(try number(20, bytes: 2))
      isTopDown = false
    } else {
      width = Int(Int32(bitPattern: try number(18, bytes: 4)))
      let signed = Int(Int32(bitPattern: try number(22, bytes: 4)))
      height = abs(signed)
      isTopDown = signed < 0
    }
    let bits = Int(try number(isOS2 ? 24 : 28, bytes: 2))
    let code = length < 40 ? 0 : try number(30, bytes: 4)
    guard [1, 2, 4, 8, 16, 24, 32].contains(bits) else {
      throw ImageFault("damaged BMP: \(bits) bits a pixel")
    }
    let hasMasks = length != 64 && (code == 3 || code == 6) && (bits == 16 || bits == 32)
    switch code {
    case 0: coding = .plain
    case 1 where bits == 8, 2 where bits == 4: coding = .runs
    case 3, 6:
      guard hasMasks else { fallthrough }
      coding = .plain
    default: throw ImageFault("a BMP file of compression \(code), which is not read")
    }
    self.bits = bits
    let masks: [UInt32] =
      hasMasks
      ? [try number(54, bytes: 4), try number(58, bytes: 4), try number(62, bytes: 4)]
      : bits == 16 ? [0x7C00, 0x3E0, 0x1F] : [0xFF_0000, 0xFF00, 0xFF]
    fields = masks.map { Field(mask: $0) }

    var colors: [SIMD3<UInt8>] = []
    if bits <= 8 {
      let named = length < 40 ? 0 : Int(try number(46, bytes: 4))
      let count = 1...(1 << bits) ~= named ? named : 1 << bits
      let step = isOS2 ? 3 : 4
      for index in 0..<count {
        // A palette may be shorter than it says, where the pixels begin.
        let place = 14 + length + index * step
        guard place + 3 <= min(file.count, max(dataOffset, 0)) else { break }
        colors.append(SIMD3(file[place + 2], file[place + 1], file[place]))
      }
    }
    palette = colors
  }

  /// The bytes of a row, a multiple of four.
  var rowLength: Int { (width * bits + 31) / 32 * 4 }

  /// Where the rows begin, all of which are there; the last may lack its padding.
  func checkedStart(_ file: [UInt8]) throws(ImageFault) -> Int {
    let needed = dataOffset + (height - 1) * rowLength + (width * bits + 7) / 8
    guard needed <= file.count else {
      throw ImageFault("damaged BMP: it ends before all of its rows are there")
    }
    return dataOffset
  }
}
