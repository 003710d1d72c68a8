import CTurboJPEG
import Datasets

/// A PNG file written without libpng: any colour type and depth, pixels stored uncompressed.
struct HandMadePNG {
  var width: Int
  var height: Int
  var depth: UInt8 = 8
  /// 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha.
  var colorType: UInt8
  var palette: [UInt8] = []
  var paletteAlpha: [UInt8] = []
  /// The packed bytes of each row.
  var rows: [[UInt8]]

  var file: [UInt8] {
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let header = bigEndian(width) + bigEndian(height) + [depth, colorType, 0, 0, 0]
    file += chunk("IHDR", header)
    if !palette.isEmpty { file += chunk("PLTE", palette) }
    if !paletteAlpha.isEmpty { file += chunk("tRNS", paletteAlpha) }
    file += chunk("IDAT", stored(rows.flatMap { [0] + $0 }))
    return file + chunk("IEND", [])
  }

  private func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(crc(body)))
  }

  /// A zlib stream of one stored block, RFC 1950 and 1951.
  private func stored(_ data: [UInt8]) -> [UInt8] {
    precondition(data.count < 65536)
    let length = UInt16(data.count)
    let sizes = [length, ~length].flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    var first = 1
    var second = 0
    for byte in data {
      first = (first + Int(byte)) % 65521
      second = (second + first) % 65521
    }
    return [0x78, 0x01, 0x01] + sizes + data + bigEndian(second << 16 | first)
  }

  private func crc(_ bytes: [UInt8]) -> UInt32 {
    var remainder: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 {
        remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1
      }
    }
    return ~remainder
  }
}

func bigEndian(_ value: Int) -> [UInt8] {
  [UInt8(value >> 24 & 255), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
}

/// An image of one colour.
func uniform(_ color: [UInt8], width: Int, height: Int) -> RGBImage {
  RGBImage(
    width: width, height: height,
    pixels: [[UInt8]](repeating: color, count: width * height).flatMap { $0 })
}

/// A smooth image that JPEG keeps well: red grows to the right, green downwards.
func slope(width: Int, height: Int) -> RGBImage {
  let pixels = (0..<height).flatMap { row in
    (0..<width).flatMap { column in
      [UInt8(40 + 160 * column / width), UInt8(40 + 160 * row / height), 90] as [UInt8]
    }
  }
  return RGBImage(width: width, height: height, pixels: pixels)
}

/// A JPEG file of an image at quality 95, chroma at full resolution.
func jpeg(_ image: RGBImage, grey: Bool = false, flags: Int32 = 0) -> [UInt8] {
  compress(
    image.pixels, image.width, image.height, TJPF_RGB, grey ? TJSAMP_GRAY : TJSAMP_444, flags)
}

private func compress(
  _ pixels: [UInt8], _ width: Int, _ height: Int, _ format: TJPF, _ subsampling: TJSAMP,
  _ flags: Int32
) -> [UInt8] {
  let compressor = tjInitCompress()
  defer { tjDestroy(compressor) }
  var buffer: UnsafeMutablePointer<UInt8>?
  var size: UInt = 0
  let status = tjCompress2(
    compressor, pixels, Int32(width), 0, Int32(height), Int32(format.rawValue), &buffer, &size,
    Int32(subsampling.rawValue), 95, flags)
  precondition(status == 0, String(cString: tjGetErrorStr2(compressor)))
  defer { tjFree(buffer) }
  return Array(UnsafeBufferPointer(start: buffer, count: Int(size)))
}

/// A PNG file of an image.
func png(_ image: RGBImage) throws -> [UInt8] {
  try PNGImage.encode(rgb: image.pixels, width: image.width, height: image.height)
}
