/// Why a view cannot be made; `view` is the number of its request.
public enum ViewError: Error, Equatable, Sendable {
  /// A stored image has other than 1, 3 or 4 channels.
  case channels(Int, view: Int)
  /// An image does not lie within the `available` bytes that are stored.
  case beyondStored(StoredImage, available: Int, view: Int)
  /// An image is of another size than the view's parameters were made for.
  case size(ImageSize, madeFor: ImageSize, view: Int)
}

extension ViewError: CustomStringConvertible {
  /// What was wrong, in one line.
  public var description: String {
    switch self {
    case .channels(let count, let view):
      "view \(view): an image of \(count) channels; stored images have 1, 3 or 4"
    case .beyondStored(let image, let available, let view):
      "view \(view): an image of \(image.size.width)×\(image.size.height) pixels of \(image.channels) "
        + "bytes, from byte \(image.offset) on, lies beyond the \(available) bytes that are stored"
    case .size(let size, let expected, let view):
      "view \(view): parameters made for \(expected.width)×\(expected.height) pixels, and an image of "
        + "\(size.width)×\(size.height)"
    }
  }
}
