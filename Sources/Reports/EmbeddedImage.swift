import Foundation
import RunStore

/// A run's `views.png`, as the page embeds it.
struct EmbeddedImage {
  let data: Data
  let width: Int
  let height: Int

  /// Larger files would make a page nobody can open.
  static let largestFile = 16 << 20

  /// The sheet of `run`; `nil` without one, or when the file is not a PNG that a page can hold.
  init?(of run: RunFolder) throws(RunStoreError) {
    guard let data = try AtomicFile.readIfPresent(run.views) else { return nil }
    self.init(png: data)
  }

  /// A sheet from a PNG file's bytes, whose first chunk, at fixed places, states its size.
  init?(png data: Data) {
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    guard data.starts(with: signature), (33...Self.largestFile).contains(data.count) else {
      return nil
    }
    func bigEndian(at offset: Int) -> Int {
      data.dropFirst(offset).prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }
    width = bigEndian(at: 16)
    height = bigEndian(at: 20)
    guard (1...65_535).contains(width), (1...65_535).contains(height) else { return nil }
    self.data = data
  }

  /// How many times larger than its pixels the sheet is shown: views are small images.
  var scale: Int { max(1, min(4, 1000 / width)) }

  var uri: String { "data:image/png;base64,\(data.base64EncodedString())" }
}
