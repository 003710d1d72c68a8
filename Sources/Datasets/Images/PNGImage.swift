import CPNG

/// Writing PNG files in memory; `RGBImage.decode` reads them.
public enum PNGImage {
  /// An RGB image as a PNG file.
  ///
  /// - Parameters:
  ///   - rgb: `width` × `height` × 3 bytes, RGB interleaved, rows from the top.
  ///   - width: columns.
  ///   - height: rows.
  /// - Throws: an `ImageFault` when the bytes do not fit the size, or libpng fails.
  public static func encode(
    rgb: some Collection<UInt8>, width: Int, height: Int
  ) throws(ImageFault) -> [UInt8] {
    try RGBImage.checkSize(width: width, height: height)
    guard rgb.count == width * height * 3 else {
      throw ImageFault("\(rgb.count) bytes are no \(width)×\(height) RGB image")
    }
    let pixels = Array(rgb)
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format = rgbFormat
    // The first pass only counts: libpng offers no bound that Swift can call.
    var size = 0
    guard png_image_write_to_memory(&image, nil, &size, 0, pixels, 0, nil) != 0 else {
      throw ImageFault(message(of: image))
    }
    var file = [UInt8](repeating: 0, count: size)
    guard png_image_write_to_memory(&image, &file, &size, 0, pixels, 0, nil) != 0 else {
      throw ImageFault(message(of: image))
    }
    return file
  }

  private static let rgbFormat = png_uint_32(PNG_FORMAT_FLAG_COLOR)

  private static func message(of image: png_image) -> String {
    let text = withUnsafeBytes(of: image.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return "libpng failed: \(text)"
  }
}
