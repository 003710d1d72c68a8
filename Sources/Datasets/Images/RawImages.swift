/// How the bytes of one image without a header lie: a pixel's channels are found by three strides.
struct PixelLayout: Sendable {
  let height: Int
  let width: Int
  private let rowStride: Int
  private let columnStride: Int
  /// 0 for grey images: all three channels are the same byte.
  private let channelStride: Int

  /// Rows of RGB triples.
  static func interleaved(height: Int, width: Int) -> PixelLayout {
    PixelLayout(
      height: height, width: width, rowStride: 3 * width, columnStride: 3, channelStride: 1)
  }

  /// Three planes of rows.
  static func planes(height: Int, width: Int) -> PixelLayout {
    PixelLayout(
      height: height, width: width, rowStride: width, columnStride: 1,
      channelStride: height * width)
  }

  /// Three planes of columns.
  static func columnPlanes(height: Int, width: Int) -> PixelLayout {
    PixelLayout(
      height: height, width: width, rowStride: 1, columnStride: height,
      channelStride: height * width)
  }

  /// Rows of grey values.
  static func grey(height: Int, width: Int) -> PixelLayout {
    PixelLayout(height: height, width: width, rowStride: width, columnStride: 1, channelStride: 0)
  }

  /// Columns of grey values.
  static func greyColumns(height: Int, width: Int) -> PixelLayout {
    PixelLayout(height: height, width: width, rowStride: 1, columnStride: height, channelStride: 0)
  }

  /// The bytes of an image.
  var byteCount: Int { height * width * (channelStride == 0 ? 1 : 3) }

  /// The image of `byteCount` bytes.
  func image(_ bytes: [UInt8]) -> RGBImage {
    let pixels = [UInt8](unsafeUninitializedCapacity: height * width * 3) { buffer, count in
      for row in 0..<height {
        for column in 0..<width {
          let first = row * rowStride + column * columnStride
          for channel in 0..<3 {
            buffer.initializeElement(at: count, to: bytes[first + channel * channelStride])
            count += 1
          }
        }
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}

/// Images of one layout without headers, side by side.
struct RawImages: Sendable {
  let bytes: StoredBytes
  let layout: PixelLayout

  var count: Int { bytes.count / layout.byteCount }

  /// The images with what is known about them.
  func source(
    name: String, place: String, labels: [Int], classNames: [String], factors: [Factor] = []
  ) -> ImageSource {
    ImageSource(
      name: name, place: place, count: count, labels: labels, classNames: classNames,
      factors: factors
    ) { index throws(SkippedFile) in try image(at: index) }
  }

  /// One image.
  ///
  /// - Throws: a `SkippedFile` for a file that has changed since it was opened.
  func image(at index: Int) throws(SkippedFile) -> RGBImage {
    let size = layout.byteCount
    return layout.image(try bytes.part(index * size..<(index + 1) * size))
  }
}
