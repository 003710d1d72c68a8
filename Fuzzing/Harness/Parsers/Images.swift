import Datasets

extension FuzzedParser {
  /// Images of every format, told apart by their content; of PNG files with checksums put right.
  static let images = FuzzedParser("images", .images) { input in
    let file = repaired(input)
    let image = try RGBImage.decode(file)
    precondition(image.pixels.count == 3 * image.width * image.height)
    _ = image.middleSquare(size: 8)
    // The other formats have one size alone.
    guard file.starts(with: [0xFF, 0xD8]) else { return }
    let smaller = try RGBImage.decode(file, shortSide: 8)
    precondition(min(smaller.width, smaller.height) >= min(image.width, image.height, 8))
  }

  /// The checksum behind each chunk of a PNG file.
  private static func repaired(_ input: [UInt8]) -> [UInt8] {
    guard input.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { return input }
    var file = input
    var start = 8
    while start + 12 <= file.count {
      let length = file[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= file.count - start - 12 else { break }
      let checksum = Checksum32.zip(file[start + 4..<start + 8 + length])
      file.put(checksum.byteSwapped, at: start + 8 + length)
      start += 12 + length
    }
    return file
  }
}
