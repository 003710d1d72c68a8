/// What a view shows where it looks beyond the image.
public enum Border: String, Sendable, Hashable, CaseIterable, Codable {
  /// The image mirrored at its edges, the outermost pixels twice.
  case reflect
  /// Black.
  case zero
  /// The nearest pixel of the edge.
  case replicate

  /// The position inside 0 ..< `count` that stands for `index`; nil for black.
  @inline(__always)
  func position(of index: Int, count: Int) -> Int? {
    if index >= 0 && index < count { return index }
    switch self {
    case .zero:
      return nil
    case .replicate:
      return index < 0 ? 0 : count - 1
    case .reflect:
      let period = 2 * count
      let folded = ((index % period) + period) % period
      return folded < count ? folded : period - 1 - folded
    }
  }
}
