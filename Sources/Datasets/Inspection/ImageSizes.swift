import Synchronization

/// The sizes that images have in their files, noted while they are read.
package final class ImageSizes: Sendable {
  private struct Size: Hashable {
    let width: Int
    let height: Int
  }

  private let counts = Mutex<[Size: Int]>([:])

  package init() {}

  /// Notes an image.
  func note(width: Int, height: Int) {
    counts.withLock { $0[Size(width: width, height: height), default: 0] += 1 }
  }

  /// Least, median and most of a length; of an even number of images the median is the lower of the middle two.
  package struct Spread: Sendable, Equatable, Encodable {
    package let least: Int
    package let median: Int
    package let most: Int
  }

  /// How many images were noted.
  package var count: Int { counts.withLock { $0.values.reduce(0, +) } }

  /// The spread of widths; nil where no image was noted.
  package var widths: Spread? { spread(of: \.width) }

  /// The spread of heights; nil where no image was noted.
  package var heights: Spread? { spread(of: \.height) }

  private func spread(of length: KeyPath<Size, Int>) -> Spread? {
    var lengths: [Int: Int] = [:]
    for (size, count) in counts.withLock({ $0 }) {
      lengths[size[keyPath: length], default: 0] += count
    }
    let ordered = lengths.sorted { $0.key < $1.key }
    guard let first = ordered.first, let last = ordered.last else { return nil }
    var before = 0
    let middle = (lengths.values.reduce(0, +) - 1) / 2
    for (length, count) in ordered {
      before += count
      if before > middle { return Spread(least: first.key, median: length, most: last.key) }
    }
    return nil
  }
}

extension ImageSizes: Equatable {
  /// Whether both are one and the same notebook.
  package static func == (first: ImageSizes, second: ImageSizes) -> Bool { first === second }
}
