/// The run lengths of BMP files of 4 and 8 bits. Pixels that are passed over have index 0.
struct BMPRunLengths {
  let width: Int
  let height: Int
  /// Whether a byte holds two pixels.
  let isHalfBytes: Bool
  /// Palette indices in the order of the file's rows.
  private(set) var indices: [UInt8]
  private var row = 0
  private var column = 0

  init(width: Int, height: Int, isHalfBytes: Bool) {
    self.width = width
    self.height = height
    self.isHalfBytes = isHalfBytes
    indices = [UInt8](repeating: 0, count: width * height)
  }

  /// Decodes up to the mark of the bitmap's end, or the last pixel.
  mutating func decode(_ data: ArraySlice<UInt8>) throws(ImageFault) {
    var rest = data
    func next() throws(ImageFault) -> UInt8 {
      guard let byte = rest.popFirst() else {
        throw ImageFault("damaged BMP: it ends before all of its rows are there")
      }
      return byte
    }
    while row < height - 1 || row == height - 1 && column < width {
      let count = try next()
      let value = try next()
      guard count == 0 else {
        for index in 0..<Int(count) { put(pixel(of: value, at: index)) }
        continue
      }
      switch value {
      case 0:
        row += 1
        column = 0
      case 1: return
      case 2:
        column += Int(try next())
        row += Int(try next())
      default:
        let bytes = isHalfBytes ? (Int(value) + 1) / 2 : Int(value)
        for index in 0..<bytes {
          let byte = try next()
          put(pixel(of: byte, at: 0))
          if isHalfBytes, 2 * index + 1 < Int(value) { put(pixel(of: byte, at: 1)) }
        }
        // Filled up to an even number of bytes.
        if bytes % 2 == 1 { _ = try next() }
      }
    }
  }

  private func pixel(of byte: UInt8, at index: Int) -> UInt8 {
    guard isHalfBytes else { return byte }
    return index % 2 == 0 ? byte >> 4 : byte & 15
  }

  /// Sets the next pixel; one beyond the end of its row is dropped.
  private mutating func put(_ value: UInt8) {
    if row < height, column < width { indices[row * width + column] = value }
    column += 1
  }
}
