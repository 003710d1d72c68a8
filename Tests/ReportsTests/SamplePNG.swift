import Foundation

/// Writes PNG files without compression, enough for a contact sheet of made-up views.
enum SamplePNG {
  /// Four images in eight views of 32×32, further apart the stronger the augmentation.
  static func contactSheet(strength: Double) -> Data {
    let (rows, columns, side) = (4, 8, 32)
    return image(width: columns * side, height: rows * side) { x, y in
      let (row, column) = (y / side, x / side)
      let shift = strength * sin(Double(column * 7 + row)) * 8
      let dx = Double(x % side) - 16 - shift
      let dy = Double(y % side) - 16 + shift / 2
      let inside = row.isMultiple(of: 2) ? hypot(dx, dy) < 9 : max(abs(dx), abs(dy)) < 8
      let hue = Double(row) * 1.5 + strength * cos(Double(column * 5))
      func level(_ phase: Double) -> UInt8 { UInt8(130 + 90 * sin(hue + phase)) }
      return inside ? (level(0), level(2), level(4)) : (40, 44, UInt8(52 + row * 8))
    }
  }

  static func image(
    width: Int, height: Int, pixel: (Int, Int) -> (UInt8, UInt8, UInt8)
  ) -> Data {
    var rows: [UInt8] = []
    for y in 0..<height {
      rows.append(0)
      for x in 0..<width {
        let (red, green, blue) = pixel(x, y)
        rows += [red, green, blue]
      }
    }
    var png = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    png += chunk("IHDR", bytes(width) + bytes(height) + [8, 2, 0, 0, 0])
    png += chunk("IDAT", stored(rows))
    png += chunk("IEND", [])
    return png
  }

  private static func chunk(_ name: String, _ content: [UInt8]) -> Data {
    let body = Array(name.utf8) + content
    return Data(bytes(content.count) + body + bytes(Int(crc32(body))))
  }

  /// A zlib stream of stored blocks.
  private static func stored(_ content: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    let largest = 65_535
    for start in stride(from: 0, to: content.count, by: largest) {
      let block = content[start..<min(start + largest, content.count)]
      let count = UInt16(block.count)
      stream.append(start + block.count == content.count ? 1 : 0)
      for word in [count, ~count] { stream += [UInt8(word & 255), UInt8(word >> 8)] }
      stream += block
    }
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in content {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return stream + bytes(Int(b << 16 | a))
  }

  private static func crc32(_ content: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in content {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }

  private static func bytes(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
  }
}
