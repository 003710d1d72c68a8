import Datasets
import Foundation

/// Small pictures of images in one square picture, as many in a row as there are rows; what is left over is black.
struct SpriteSheet {
  /// What browsers take as one texture, in pixels.
  private static let largestSheet = 8_192
  /// A larger image is made smaller: it is shown as a point.
  private static let largestSide = 64

  /// Width and height of a picture, in pixels.
  let side: Int
  /// Pictures in a row.
  let perRow: Int
  /// RGB interleaved, rows from the top.
  let pixels: [UInt8]

  /// The sheet of some images. A picture's pixel is the one in the middle of what it stands for.
  init(of samples: [Int], in images: ImageDataset) {
    var perRow = 1
    while perRow * perRow < samples.count { perRow += 1 }
    let side = min(
      max(images.width, images.height), Self.largestSide, Self.largestSheet / perRow)
    let rowBytes = perRow * side * 3
    var pixels = [UInt8](repeating: 0, count: rowBytes * perRow * side)
    for (place, sample) in samples.enumerated() {
      let image = images.reduced(sample, to: side)
      let corner = place / perRow * side * rowBytes + place % perRow * side * 3
      for row in 0..<side {
        let from = row * side * 3
        pixels.replaceSubrange(
          corner + row * rowBytes..<corner + row * rowBytes + side * 3,
          with: image[from..<from + side * 3])
      }
    }
    self.side = side
    self.perRow = perRow
    self.pixels = pixels
  }

  /// The sheet as a PNG file.
  var png: Data {
    get throws(ImageFault) {
      Data(try PNGImage.encode(rgb: pixels, width: perRow * side, height: perRow * side))
    }
  }
}

extension ImageDataset {
  /// An image as a square of `side` × `side` pixels, RGB interleaved: each is the one in the middle of what it stands for.
  func reduced(_ sample: Int, to side: Int) -> [UInt8] {
    let image = Array(self.image(at: sample))
    var pixels = [UInt8](repeating: 0, count: side * side * 3)
    for row in 0..<side {
      let source = (2 * row + 1) * height / (2 * side) * width
      for column in 0..<side {
        let from = (source + (2 * column + 1) * width / (2 * side)) * 3
        let to = (row * side + column) * 3
        for channel in 0..<3 { pixels[to + channel] = image[from + channel] }
      }
    }
    return pixels
  }
}
