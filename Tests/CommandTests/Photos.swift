import Datasets
import Foundation
import Torch

/// A folder of somebody's pictures.
enum Photos {
  /// Two classes of sixty small pictures of noise.
  static func make(in folder: URL) throws {
    var random = CounterRandom(seed: 0)
    for name in ["cats", "dogs"] {
      let place = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for index in 0..<60 {
        let pixels = (0..<40 * 40 * 3).map { _ in UInt8(truncatingIfNeeded: random.nextWord()) }
        let png = try PNGImage.encode(rgb: pixels, width: 40, height: 40)
        try Data(png).write(to: place.appendingPathComponent("\(index).png"))
      }
    }
  }
}
