import Datasets

/// How much memory reading a file may take.
enum MemoryGrowth {
  /// Four times the file.
  case plain
  /// Four times what its compressed data may hold: deflate's 258 bytes take two bits or more.
  case inflated
  /// Besides, images up to the limit of pixels, which a decoder, a copy and the turning of an image each hold once.
  case images

  /// What does not depend on the file: buffers of the libraries, and what the allocator keeps.
  private static let base = 64 << 20
  private static let largestInflation = 1_032

  /// The most bytes for a file of `count`.
  func allowance(for count: Int) -> Int {
    let plain = MemoryGrowth.base + 4 * count
    let inflated = plain + 4 * MemoryGrowth.largestInflation * count
    return switch self {
    case .plain: plain
    case .inflated: inflated
    case .images: inflated + 4 * 4 * RGBImage.pixelLimit
    }
  }
}
