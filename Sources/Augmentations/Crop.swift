import Foundation
import Torch

/// How many pixels an image has across and down.
public struct ImageSize: Sendable, Hashable, Codable {
  /// Pixels across.
  public var width: Int
  /// Pixels down.
  public var height: Int

  /// A size in pixels. Traps unless both are positive.
  public init(width: Int, height: Int) {
    precondition(width > 0 && height > 0, "an image of \(width)×\(height) pixels")
    self.width = width
    self.height = height
  }
}

/// The part of an image that a view shows, in whole pixels.
public struct Crop: Sendable, Hashable, Codable {
  /// The leftmost column.
  public var x: Int
  /// The topmost row.
  public var y: Int
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int

  /// A part of an image.
  public init(x: Int, y: Int, width: Int, height: Int) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  /// The whole of an image; a view of it is squeezed where the image is not square.
  public init(whole size: ImageSize) {
    self.init(x: 0, y: 0, width: size.width, height: size.height)
  }

  /// A crop distributed as torchvision's RandomResizedCrop: the share of the area uniform in `area`,
  /// the logarithm of width over height uniform in that of `aspect`, the place uniform. Ten draws that
  /// do not fit, and it is the largest part about the middle whose aspect is within `aspect`.
  static func random(
    of size: ImageSize, area: ClosedRange<Float>, aspect: ClosedRange<Float>,
    from random: inout CounterRandom
  ) -> Crop {
    let pixels = Double(size.width * size.height)
    let logAspect = log(aspect.lowerBound)...log(aspect.upperBound)
    for _ in 0..<10 {
      let share = Double(random.uniform(in: area))
      let ratio = exp(Double(random.uniform(in: logAspect)))
      let width = Int((pixels * share * ratio).squareRoot().rounded())
      let height = Int((pixels * share / ratio).squareRoot().rounded())
      guard 1...size.width ~= width, 1...size.height ~= height else { continue }
      return Crop(
        x: random.index(below: size.width - width + 1),
        y: random.index(below: size.height - height + 1), width: width, height: height)
    }
    return central(of: size, aspect: aspect)
  }

  /// The largest part about the middle whose width over height is within `aspect`.
  static func central(of size: ImageSize, aspect: ClosedRange<Float>) -> Crop {
    var width = Double(size.width)
    var height = Double(size.height)
    let ratio = width / height
    if ratio < Double(aspect.lowerBound) {
      height = (width / Double(aspect.lowerBound)).rounded()
    } else if ratio > Double(aspect.upperBound) {
      width = (height * Double(aspect.upperBound)).rounded()
    }
    let whole = (width: max(1, Int(width)), height: max(1, Int(height)))
    return Crop(
      x: (size.width - whole.width) / 2, y: (size.height - whole.height) / 2,
      width: whole.width, height: whole.height)
  }
}
