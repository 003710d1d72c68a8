/// The formats of images that are read, told apart by a file's first bytes, whatever it is called.
enum ImageFormat: String, Sendable {
  case png = "PNG"
  case jpeg = "JPEG"
  case webp = "WebP"
  case gif = "GIF"
  case bmp = "BMP"
  case tiff = "TIFF"

  /// As many bytes from the start of a file as it takes to tell.
  static let headLength = 32

  /// The format of a file that begins with these bytes; nil for anything that is not read.
  init?(startOf file: some Collection<UInt8>) {
    let head = Array(file.prefix(ImageFormat.headLength))
    func has(_ text: String, at place: Int = 0) -> Bool {
      head.dropFirst(place).starts(with: text.utf8)
    }
    if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if head.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if has("RIFF") && has("WEBP", at: 8) {
      self = .webp
    } else if has("GIF87a") || has("GIF89a") {
      self = .gif
    } else if has("II*\0") || has("MM\0*") || has("II+\0") || has("MM\0+") {
      self = .tiff
    } else if has("BM"), head.count > 17, BMPImage.headerLengths.contains(Int(head[14])),
      head[15...17].allSatisfy({ $0 == 0 })
    {
      // Two letters begin many a text too.
      self = .bmp
    } else {
      return nil
    }
  }

  /// What a file is whose format is not read, for messages.
  static func refusal(ofStart file: some Collection<UInt8>) -> String {
    let head = Array(file.prefix(headLength))
    func has(_ text: String, at place: Int = 0) -> Bool {
      head.dropFirst(place).starts(with: text.utf8)
    }
    guard !head.isEmpty else { return "the file is empty" }
    let name: String? =
      if has("ftypavi", at: 4) {
        "an AVIF"
      } else if has("ftyphe", at: 4) || has("ftypmif", at: 4) {
        "a HEIF"
      } else if head.starts(with: [0xFF, 0x0A]) || has("JXL ", at: 4) {
        "a JPEG XL"
      } else if has("jP  ", at: 4) {
        "a JPEG 2000"
      } else if has("8BPS") {
        "a Photoshop"
      } else {
        nil
      }
    guard let name else { return "not a PNG, JPEG, WebP, GIF, BMP or TIFF file" }
    return "\(name) file; convert it to PNG or JPEG"
  }
}
