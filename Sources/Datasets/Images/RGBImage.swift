/// A decoded image: 8-bit RGB, interleaved, rows from the top.
public struct RGBImage: Sendable, Equatable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `width` × `height` × 3 bytes.
  public let pixels: [UInt8]

  /// An image from its pixels. Traps when their number does not fit the size.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == width * height * 3, "pixels do not fit \(width)×\(height) RGB")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The most pixels an image file may hold: 2²⁶, 67 million. What claims more is refused before
  /// anything is allocated for it.
  public static let pixelLimit = 1 << 26

  /// Decodes a PNG or a JPEG file, told apart by their first bytes, whatever the file is called.
  ///
  /// - Parameters:
  ///   - file: the file's bytes.
  ///   - shortSide: the least length of the shorter side that is still of use. A larger
  ///     JPEG may be decoded at a half, a quarter or an eighth of its size, but not below this.
  public static func decode(_ file: [UInt8], shortSide: Int = .max) throws(ImageFault) -> RGBImage {
    if file.starts(with: PNGImage.signature) { return try PNGImage.decode(file) }
    if file.starts(with: JPEGImage.signature) {
      return try JPEGImage.decode(file, shortSide: shortSide)
    }
    throw ImageFault(file.isEmpty ? "the file is empty" : "neither a PNG nor a JPEG file")
  }

  /// The middle square of the image, resampled to `size` × `size` as data sets are when they are
  /// read: by a triangle filter that averages when it shrinks.
  public func middleSquare(size: Int) -> RGBImage {
    let resampler = Resampler(sourceWidth: width, sourceHeight: height, size: size)
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
