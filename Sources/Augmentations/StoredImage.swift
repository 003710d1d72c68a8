/// Where an image lies among stored bytes: uint8, row after row, channels innermost.
public struct StoredImage: Sendable, Hashable {
  /// The first byte.
  public var offset: Int
  /// Width and height.
  public var size: ImageSize
  /// 3; or 1, which is repeated to three, or 4, of which the last, transparency, is dropped.
  public var channels: Int

  /// An image among stored bytes.
  public init(offset: Int, size: ImageSize, channels: Int = 3) {
    self.offset = offset
    self.size = size
    self.channels = channels
  }

  /// How many bytes it takes.
  public var byteCount: Int { size.width * size.height * channels }

  /// Whether the image lies within so many bytes, whatever numbers its place and size are.
  func lies(within available: Int) -> Bool {
    guard offset >= 0, offset <= available, size.width > 0, size.height > 0 else { return false }
    // Division cannot overflow where products might.
    return size.width <= (available - offset) / channels / size.height
  }
}
