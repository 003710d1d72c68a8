import CTurboJPEG

/// Reading JPEG files in memory.
public enum JPEGImage {
  static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  /// Decodes a grey or colour JPEG file to 8-bit RGB. The orientation that a camera may have noted
  /// beside the image is not looked at.
  ///
  /// A file on which libjpeg warns (cut short, corrupt data) counts as damaged, as do more scans
  /// than a sound file has. CMYK is refused: its colours have no meaning without a printer's
  /// profile.
  ///
  /// - Parameters:
  ///   - file: the file's bytes.
  ///   - shortSide: while half the shorter side is still at least this long, the image is
  ///     decoded at half the size, down to an eighth, which costs a fraction of the time.
  public static func decode(
    _ file: [UInt8], shortSide: Int = .max
  ) throws(ImageFault) -> RGBImage {
    guard let decoder = tjInitDecompress() else { throw ImageFault("TurboJPEG does not start") }
    defer { tjDestroy(decoder) }
    var fullWidth: Int32 = 0
    var fullHeight: Int32 = 0
    var subsampling: Int32 = 0
    var colorSpace: Int32 = 0
    guard
      tjDecompressHeader3(
        decoder, file, UInt(file.count), &fullWidth, &fullHeight, &subsampling, &colorSpace) == 0
    else { throw fault(of: decoder) }
    try RGBImage.checkSize(width: Int(fullWidth), height: Int(fullHeight))
    guard colorSpace != Int32(TJCS_CMYK.rawValue), colorSpace != Int32(TJCS_YCCK.rawValue) else {
      throw ImageFault("a CMYK JPEG; convert it to RGB")
    }
    let divisor = reduction(of: Int(min(fullWidth, fullHeight)), to: shortSide)
    let width = (Int(fullWidth) + divisor - 1) / divisor
    let height = (Int(fullHeight) + divisor - 1) / divisor
    var pixels = [UInt8](repeating: 0, count: width * height * 3)
    guard
      tjDecompress2(
        decoder, file, UInt(file.count), &pixels, Int32(width), 0, Int32(height),
        Int32(TJPF_RGB.rawValue), TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) == 0
    else { throw fault(of: decoder) }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  /// 1, 2, 4 or 8: the sizes that the inverse cosine transform yields at less work.
  private static func reduction(of side: Int, to shortSide: Int) -> Int {
    var divisor = 1
    while divisor < 8, side / (2 * divisor) >= shortSide { divisor *= 2 }
    return divisor
  }

  private static func fault(of decoder: tjhandle) -> ImageFault {
    ImageFault("damaged JPEG: \(String(cString: tjGetErrorStr2(decoder)))")
  }
}
