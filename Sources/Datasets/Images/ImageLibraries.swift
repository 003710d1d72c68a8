import CImages

/// The formats that the system's libraries read, behind `CImages`.
enum ImageLibraries {
  /// Decodes a file, with the orientation that the library found in it (1 where it does not look).
  ///
  /// - Parameter shortSide: the least length of the shorter side that is still of use.
  static func decode(
    _ bytes: [UInt8], as format: ImageFormat, shortSide: Int
  ) throws(ImageFault) -> (image: RGBImage, orientation: Int) {
    var picture = CImagesPicture()
    let outcome = bytes.withUnsafeBufferPointer { buffer -> CImagesOutcome in
      guard let start = buffer.baseAddress else { return CIMAGES_DAMAGED }
      let file = CImagesFile(
        bytes: start, count: buffer.count, pixel_limit: Int64(RGBImage.pixelLimit))
      return read(file, as: format, shortSide: shortSide, into: &picture)
    }
    defer { cimages_release(&picture) }
    switch outcome {
    case CIMAGES_READ:
      let width = Int(picture.width)
      let height = Int(picture.height)
      let pixels = Array(
        UnsafeBufferPointer(start: picture.pixels, count: width * height * 3))
      let extent = RGBImage.Extent(
        width: Int(picture.full_width), height: Int(picture.full_height),
        divisor: Int(picture.divisor))
      let image = RGBImage(width: width, height: height, pixels: pixels, extent: extent)
      return (image, Int(picture.orientation))
    case CIMAGES_SIZE_REFUSED:
      try RGBImage.checkSize(width: Int(picture.width), height: Int(picture.height))
      throw ImageFault("damaged \(format.rawValue): no size")
    default:
      let message = withUnsafeBytes(of: picture.message) { text in
        String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw ImageFault("damaged \(format.rawValue): \(message)")
    }
  }

  private static func read(
    _ file: CImagesFile, as format: ImageFormat, shortSide: Int, into picture: inout CImagesPicture
  ) -> CImagesOutcome {
    switch format {
    case .jpeg: cimages_read_jpeg(file, Int64(shortSide), &picture)
    case .png: cimages_read_png(file, &picture)
    case .webp: cimages_read_webp(file, &picture)
    case .gif: cimages_read_gif(file, &picture)
    case .tiff: cimages_read_tiff(file, &picture)
    case .bmp: CIMAGES_DAMAGED
    }
  }
}
