/// Cuts the middle square out of images of one size and resamples it to `size` × `size`.
///
/// The filter is a triangle, two output or input pixels wide, whichever is more: bilinear
/// interpolation when an image grows, an anti-aliased average when it shrinks. It is applied to
/// columns, then to rows, and rounded once, after both. Pixels outside the square count for nothing.
struct Resampler: Sendable {
  private let sourceWidth: Int
  private let side: Int
  private let left: Int
  private let top: Int
  private let size: Int
  private let taps: [Taps]
  private let weights: [Float]

  /// Which input pixels make one output pixel: `range` of the weights, which sum to 1 there,
  /// belongs to the pixels from `first` on.
  private struct Taps {
    let first: Int
    let range: Range<Int>
  }

  init(sourceWidth: Int, sourceHeight: Int, size: Int) {
    self.sourceWidth = sourceWidth
    self.size = size
    side = min(sourceWidth, sourceHeight)
    left = (sourceWidth - side) / 2
    top = (sourceHeight - side) / 2
    (taps, weights) = side == size ? ([], []) : Resampler.taps(from: side, to: size)
  }

  private static func taps(from side: Int, to size: Int) -> ([Taps], [Float]) {
    let ratio = Double(side) / Double(size)
    let reach = max(ratio, 1)
    var taps: [Taps] = []
    var weights: [Float] = []
    for index in 0..<size {
      let center = (Double(index) + 0.5) * ratio
      let pixels =
        max(
          0, Int((center - reach).rounded(.down)))..<min(
          side, Int((center + reach).rounded(.up)))
      func weight(_ pixel: Int) -> Double { max(0, 1 - abs(Double(pixel) + 0.5 - center) / reach) }
      let total = pixels.reduce(0) { $0 + weight($1) }
      taps.append(
        Taps(first: pixels.lowerBound, range: weights.count..<weights.count + pixels.count))
      weights += pixels.lazy.map { Float(weight($0) / total) }
    }
    return (taps, weights)
  }

  /// Writes the resampled image of RGB `pixels` (rows from the top) as `size` × `size` × 3 bytes.
  func resample(_ pixels: [UInt8], into slot: ImageSlot) {
    if side == size { return copy(pixels, into: slot) }
    let columns = resampledColumns(pixels)
    let rowLength = size * 3
    var sums = [Float](repeating: 0, count: rowLength)
    for (row, tap) in taps.enumerated() {
      for index in 0..<rowLength { sums[index] = 0 }
      for (offset, weight) in weights[tap.range].enumerated() {
        let start = (tap.first + offset) * rowLength
        for index in 0..<rowLength { sums[index] += weight * columns[start + index] }
      }
      for index in 0..<rowLength {
        slot[row * rowLength + index] = UInt8(min(max(sums[index], 0), 255).rounded())
      }
    }
  }

  /// The square with its columns resampled: `side` rows of `size` × 3 values.
  private func resampledColumns(_ pixels: [UInt8]) -> [Float] {
    [Float](unsafeUninitializedCapacity: side * size * 3) { buffer, count in
      count = side * size * 3
      var place = 0
      for row in top..<top + side {
        for tap in taps {
          var source = (row * sourceWidth + left + tap.first) * 3
          var sum = SIMD3<Float>(repeating: 0)
          for weight in weights[tap.range] {
            let color = SIMD3(pixels[source], pixels[source + 1], pixels[source + 2])
            sum += weight * SIMD3<Float>(color)
            source += 3
          }
          for channel in 0..<3 { buffer.initializeElement(at: place + channel, to: sum[channel]) }
          place += 3
        }
      }
    }
  }

  private func copy(_ pixels: [UInt8], into slot: ImageSlot) {
    for row in 0..<side {
      let source = ((top + row) * sourceWidth + left) * 3
      for index in 0..<side * 3 { slot[row * side * 3 + index] = pixels[source + index] }
    }
  }
}
