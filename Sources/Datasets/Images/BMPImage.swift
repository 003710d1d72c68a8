/// Reading BMP files in memory: 1 to 32 bits a pixel, palettes, bit fields and run lengths.
///
/// Source: Microsoft, *Bitmap Storage*, *BITMAPINFOHEADER structure* and *Bitmap Compression* of the
/// Windows GDI documentation. The fourth byte of 32 bits is not looked at, as most writers leave it 0.
enum BMPImage {
  /// The lengths of the headers that there are: OS/2's, then Windows' by version.
  static let headerLengths: Set<Int> = [12, 16, 40, 52, 56, 64, 108, 124]

  static func decode(_ file: [UInt8]) throws(ImageFault) -> RGBImage {
    let header = try BMPHeader(file)
    let width = header.width
    let height = header.height
    try RGBImage.checkSize(width: width, height: height)
    var pixels: [UInt8]
    switch header.coding {
    case .plain where header.bits <= 8:
      pixels = try colored(try unpacked(file, header), by: header.palette)
    case .plain:
      pixels = try direct(file, header)
    case .runs:
      var runs = BMPRunLengths(width: width, height: height, isHalfBytes: header.bits == 4)
      try runs.decode(file[min(header.dataOffset, file.count)...])
      pixels = try colored(runs.indices, by: header.palette)
    }
    if !header.isTopDown { pixels = reversedRows(of: pixels, rowLength: width * 3) }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  /// The palette indices of up to 8 bits, in the order of the file.
  private static func unpacked(
    _ file: [UInt8], _ header: BMPHeader
  ) throws(ImageFault) -> [UInt8] {
    let perByte = 8 / header.bits
    let mask = UInt8(truncatingIfNeeded: (1 << header.bits) - 1)
    let start = try header.checkedStart(file)
    return [UInt8](unsafeUninitializedCapacity: header.width * header.height) { buffer, count in
      for row in 0..<header.height {
        let place = start + row * header.rowLength
        for column in 0..<header.width {
          let shift = 8 - header.bits * (column % perByte + 1)
          buffer.initializeElement(
            at: count, to: file[place + column / perByte] >> UInt8(shift) & mask)
          count += 1
        }
      }
    }
  }

  private static func colored(
    _ indices: [UInt8], by palette: [SIMD3<UInt8>]
  ) throws(ImageFault) -> [UInt8] {
    guard Int(indices.max() ?? 0) < palette.count else {
      throw ImageFault("damaged BMP: a pixel lies beyond its palette")
    }
    return [UInt8](unsafeUninitializedCapacity: indices.count * 3) { buffer, count in
      for index in indices {
        let color = palette[Int(index)]
        for channel in 0..<3 { buffer.initializeElement(at: count + channel, to: color[channel]) }
        count += 3
      }
    }
  }

  /// Pixels of 16, 24 or 32 bits.
  private static func direct(_ file: [UInt8], _ header: BMPHeader) throws(ImageFault) -> [UInt8] {
    let start = try header.checkedStart(file)
    let step = header.bits / 8
    return [UInt8](unsafeUninitializedCapacity: header.width * header.height * 3) { buffer, count in
      for row in 0..<header.height {
        var place = start + row * header.rowLength
        for _ in 0..<header.width {
          var word: UInt32 = 0
          for byte in 0..<step { word |= UInt32(file[place + byte]) << UInt32(8 * byte) }
          for field in header.fields {
            buffer.initializeElement(at: count, to: field.value(of: word))
            count += 1
          }
          place += step
        }
      }
    }
  }

  /// Row by row: a few bytes of run lengths may stand for as many pixels as an image may have.
  private static func reversedRows(of pixels: [UInt8], rowLength: Int) -> [UInt8] {
    var reversed: [UInt8] = []
    reversed.reserveCapacity(pixels.count)
    for end in stride(from: pixels.count, to: 0, by: -rowLength) {
      reversed += pixels[end - rowLength..<end]
    }
    return reversed
  }
}
