import CPNG

/// Reading and writing PNG files in memory.
public enum PNGImage {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

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

  /// Decodes a PNG file of any colour type and depth to 8-bit sRGB.
  ///
  /// What is transparent shows white behind it, blended in sRGB values as common image libraries
  /// do. Sixteen bits a channel are taken as sRGB unless the file says otherwise.
  public static func decode(_ file: [UInt8]) throws(ImageFault) -> RGBImage {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    let outcome = file.withUnsafeBytes { bytes -> Result<RGBImage, ImageFault> in
      // libpng keeps the pointer between the two calls.
      defer { png_image_free(&image) }
      guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
        return .failure(ImageFault(message(of: image)))
      }
      return Result { () throws(ImageFault) in try finish(&image) }
    }
    return try outcome.get()
  }

  private static let rgbFormat = png_uint_32(PNG_FORMAT_FLAG_COLOR)
  private static let rgbaFormat = png_uint_32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)

  private static func finish(_ image: inout png_image) throws(ImageFault) -> RGBImage {
    let width = Int(image.width)
    let height = Int(image.height)
    try RGBImage.checkSize(width: width, height: height)
    let transparent = image.format & png_uint_32(PNG_FORMAT_FLAG_ALPHA) != 0
    image.format = transparent ? rgbaFormat : rgbFormat
    image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
    var pixels = [UInt8](repeating: 0, count: width * height * (transparent ? 4 : 3))
    guard png_image_finish_read(&image, nil, &pixels, 0, nil) != 0 else {
      throw ImageFault(message(of: image))
    }
    return RGBImage(
      width: width, height: height, pixels: transparent ? overWhite(pixels) : pixels)
  }

  private static func overWhite(_ rgba: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: rgba.count / 4 * 3) { buffer, count in
      count = rgba.count / 4 * 3
      for pixel in 0..<rgba.count / 4 {
        let alpha = Int(rgba[pixel * 4 + 3])
        for channel in 0..<3 {
          let blend = Int(rgba[pixel * 4 + channel]) * alpha + 255 * (255 - alpha)
          buffer.initializeElement(at: pixel * 3 + channel, to: UInt8((blend + 127) / 255))
        }
      }
    }
  }

  private static func message(of image: png_image) -> String {
    let text = withUnsafeBytes(of: image.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return "damaged PNG: \(text)"
  }
}
