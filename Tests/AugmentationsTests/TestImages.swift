import Augmentations
import Foundation
import Torch

/// Stored images of the tests: uint8, height×width×channels.
struct TestImage {
  var size: ImageSize
  var bytes: [UInt8]
  var channels = 3

  /// Independent random bytes: the hardest image to resample.
  static func noise(width: Int, height: Int, channels: Int = 3, seed: UInt64 = 1) -> TestImage {
    var random = CounterRandom(seed: seed)
    let bytes = (0..<width * height * channels).map { _ in
      UInt8(truncatingIfNeeded: random.nextWord())
    }
    return TestImage(
      size: ImageSize(width: width, height: height), bytes: bytes, channels: channels)
  }

  /// Waves and ramps such as photographs are made of.
  static func smooth(width: Int, height: Int, seed: Int = 0) -> TestImage {
    var bytes: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<3 {
          let phase = Double(channel * 2 + seed)
          let u = Double(x) / Double(width)
          let v = Double(y) / Double(height)
          let value =
            0.5 + 0.25 * sin(6 * u + 4 * v + phase) + 0.2 * cos(9 * v * u - 5 * u + 2 * phase)
          bytes.append(UInt8((255 * min(max(value, 0), 1)).rounded()))
        }
      }
    }
    return TestImage(size: ImageSize(width: width, height: height), bytes: bytes)
  }

  /// 1×H×W×C.
  var tensor: Tensor { Tensor(bytes, shape: [1, size.height, size.width, channels]) }

  /// The parameters of a view of the whole image.
  var untouched: ViewParameters { ViewParameters(of: size) }

  /// A channel of a pixel, from 0 to 1.
  func value(_ x: Int, _ y: Int, _ channel: Int) -> Float {
    Float(bytes[(y * size.width + x) * channels + channel]) / 255
  }

  /// One view by tensor operations, height×width×channel.
  func view(_ parameters: ViewParameters, side: Int) -> [Float] {
    TensorViews.render(tensor, [parameters], side: side).permuted([0, 2, 3, 1]).scalars()
  }
}

extension Array<Float> {
  /// The largest absolute difference from another array.
  func farthest(from other: [Float]) -> Float {
    precondition(count == other.count, "\(count) and \(other.count) numbers")
    return zip(self, other).map { abs($0 - $1) }.max() ?? 0
  }
}
