/// A decoded image: 8-bit RGB, interleaved, rows from the top.
public struct RGBImage: Sendable, Equatable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `width` × `height` × 3 bytes.
  public let pixels: [UInt8]

  /// The part of the pixels that is the image.
  let extent: Extent

  /// An image from its pixels. Traps when their number does not fit the size.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    self.init(
      width: width, height: height, pixels: pixels, extent: Extent(width: width, height: height))
  }

  init(width: Int, height: Int, pixels: [UInt8], extent: Extent) {
    precondition(pixels.count == width * height * 3, "pixels do not fit \(width)×\(height) RGB")
    self.width = width
    self.height = height
    self.pixels = pixels
    self.extent = extent
  }

  /// A part of an image, in pixels. An image that was decoded at a fraction of its size ends within its
  /// last pixels where its size is no multiple of the divisor.
  struct Extent: Sendable, Equatable {
    var left = 0.0
    var top = 0.0
    var width: Double
    var height: Double
    /// The fraction of its size at which the image was decoded.
    let divisor: Int

    /// All of an image of this size, at a fraction.
    init(width: Int, height: Int, divisor: Int = 1) {
      self.width = Double(width) / Double(divisor)
      self.height = Double(height) / Double(divisor)
      self.divisor = divisor
    }

    /// The columns of the image in its file, once it is turned as it is to be looked at.
    var fullWidth: Int { Int((width * Double(divisor)).rounded()) }

    /// The rows of the image in its file, once it is turned.
    var fullHeight: Int { Int((height * Double(divisor)).rounded()) }

    /// Whether it covers its pixels wholly.
    var isWhole: Bool { width == width.rounded() && height == height.rounded() }
  }

  /// The most pixels an image file may hold: 2²⁶, 67 million. What claims more is refused before
  /// anything is allocated for it.
  public static let pixelLimit = 1 << 26

  /// Decodes a PNG, JPEG, WebP, GIF, BMP or TIFF file, told apart by its first bytes.
  ///
  /// What is transparent shows white behind it, blended in sRGB values. Of sixteen bits a channel the
  /// upper eight are taken; gamma and colour profiles are left alone. CMYK is taken as Adobe stores
  /// it, inverted. The image is turned as its EXIF data says. Of an animation the first frame is read,
  /// of several pages the first.
  ///
  /// - Parameters:
  ///   - file: the bytes of the whole file.
  ///   - shortSide: the least length of the shorter side that is still of use. A larger JPEG may be
  ///     decoded at a half, a quarter or an eighth of its size, but not below this.
  /// - Throws: an `ImageFault` for what is no such file, is damaged, lacks rows, or holds more than
  ///   `pixelLimit` pixels.
  public static func decode(_ file: [UInt8], shortSide: Int = .max) throws(ImageFault) -> RGBImage {
    guard let format = ImageFormat(startOf: file) else {
      throw ImageFault(ImageFormat.refusal(ofStart: file))
    }
    if format == .bmp { return try BMPImage.decode(file) }
    let (image, orientation) = try ImageLibraries.decode(file, as: format, shortSide: shortSide)
    return image.turned(
      format == .tiff ? orientation : EXIFOrientation.find(in: file, of: format))
  }

  /// The middle square of the image, resampled to `size` × `size` as data sets are when they are
  /// read: by a triangle filter that averages when it shrinks.
  public func middleSquare(size: Int) -> RGBImage {
    let resampler = Resampler(for: self, size: size)
    let square = [UInt8](unsafeUninitializedCapacity: size * size * 3) { buffer, count in
      count = size * size * 3
      resampler.resample(pixels, into: ImageSlot(rebasing: buffer[..<count]))
    }
    return RGBImage(width: size, height: size, pixels: square)
  }

  static func checkSize(width: Int, height: Int) throws(ImageFault) {
    guard width > 0, height > 0 else { throw ImageFault("no pixels (\(width)×\(height))") }
    guard width <= pixelLimit / height else {
      throw ImageFault("too large (\(width)×\(height), more than \(pixelLimit) pixels)")
    }
  }
}

/// Why an image could not be read or written, in a few words on one line.
public struct ImageFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong with the image.
  public let reason: String

  /// A fault with its reason.
  public init(_ reason: String) { self.reason = singleLine(reason) }

  /// The reason.
  public var description: String { reason }
}
