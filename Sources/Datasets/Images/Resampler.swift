/// Cuts the middle square out of images of one size and resamples it to `size` × `size`.
///
/// The filter is a triangle, two output or input pixels wide, whichever is more: bilinear
/// interpolation when an image grows, an anti-aliased average when it shrinks. It is applied to
/// columns, then to rows, and rounded once, after both. Pixels outside the square count for nothing.
struct Resampler: Sendable {
  private let sourceWidth: Int
  private let left: Int
  private let top: Int
  private let size: Int
  /// Nil where the square is only cut out.
  private let filters: (columns: Filter, rows: Filter)?

  /// Which input pixels make each output pixel of one direction.
  private struct Filter {
    /// `range` of the weights, which sum to 1 there, belongs to the pixels from `first` on.
    struct Taps {
      let first: Int
      let range: Range<Int>
    }

    private(set) var taps: [Taps] = []
    private(set) var weights: [Float] = []
    /// The input pixels that lie in the square.
    let inside: Range<Int>

    /// Resamples the stretch of `length` pixels from `start` on, of `available` in all.
    init(from start: Double, length: Double, available: Int, to size: Int) {
      inside =
        Int(start.rounded(.down))..<min(available, Int((start + length).rounded(.up)))
      let ratio = length / Double(size)
      let reach = max(ratio, 1)
      for index in 0..<size {
        let center = (Double(index) + 0.5) * ratio
        func weight(_ pixel: Int) -> Double {
          max(0, 1 - abs(Double(pixel) + 0.5 - start - center) / reach)
        }
        let first = max(inside.lowerBound, Int((start + center - reach).rounded(.down)))
        let end = min(inside.upperBound, Int((start + center + reach).rounded(.up)))
        let total = (first..<end).reduce(0) { $0 + weight($1) }
        taps.append(Taps(first: first, range: weights.count..<weights.count + end - first))
        weights += (first..<end).lazy.map { Float(weight($0) / total) }
      }
    }
  }

  /// For images of `sourceWidth` × `sourceHeight` pixels, all of which count.
  init(sourceWidth: Int, sourceHeight: Int, size: Int) {
    self.init(
      sourceWidth: sourceWidth, sourceHeight: sourceHeight,
      extent: RGBImage.Extent(width: sourceWidth, height: sourceHeight), size: size)
  }

  /// For one image.
  init(for image: RGBImage, size: Int) {
    self.init(
      sourceWidth: image.width, sourceHeight: image.height, extent: image.extent, size: size)
  }

  private init(sourceWidth: Int, sourceHeight: Int, extent: RGBImage.Extent, size: Int) {
    self.sourceWidth = sourceWidth
    self.size = size
    let side = min(extent.width, extent.height)
    var start = (x: (extent.width - side) / 2, y: (extent.height - side) / 2)
    // A square of whole pixels, where the image is one of whole pixels.
    if extent.isWhole { start = (start.x.rounded(.down), start.y.rounded(.down)) }
    start.x += extent.left
    start.y += extent.top
    left = Int(start.x)
    top = Int(start.y)
    filters =
      extent.isWhole && side == Double(size)
      ? nil
      : (
        Filter(from: start.x, length: side, available: sourceWidth, to: size),
        Filter(from: start.y, length: side, available: sourceHeight, to: size)
      )
  }

  /// Writes the resampled image of RGB `pixels` (rows from the top) as `size` × `size` × 3 bytes.
  func resample(_ pixels: [UInt8], into slot: ImageSlot) {
    guard let filters else { return copy(pixels, into: slot) }
    let (filter, rows) = (filters.rows, filters.rows.inside)
    let columns = resampledColumns(pixels, filters.columns, rows: rows)
    let rowLength = size * 3
    var sums = [Float](repeating: 0, count: rowLength)
    // Without a check of every index the rows are summed several pixels at a time.
    columns.withUnsafeBufferPointer { columns in
      sums.withUnsafeMutableBufferPointer { sums in
        for (row, tap) in filter.taps.enumerated() {
          sums.update(repeating: 0)
          for (offset, weight) in filter.weights[tap.range].enumerated() {
            let start = (tap.first - rows.lowerBound + offset) * rowLength
            for index in 0..<rowLength { sums[index] += weight * columns[start + index] }
          }
          for index in 0..<rowLength {
            slot[row * rowLength + index] = Resampler.level(sums[index])
          }
        }
      }
    }
  }

  /// The nearest level, the upper one of two that are equally near. The difference is exact, and neither step is a
  /// call.
  private static func level(_ value: Float) -> UInt8 {
    let value = min(max(value, 0), 255)
    let whole = Int32(value)
    return UInt8(truncatingIfNeeded: value - Float(whole) >= 0.5 ? whole + 1 : whole)
  }

  /// The rows of the square with their columns resampled: `size` × 3 values each.
  private func resampledColumns(
    _ pixels: [UInt8], _ filter: Filter, rows: Range<Int>
  ) -> [Float] {
    [Float](unsafeUninitializedCapacity: rows.count * size * 3) { buffer, count in
      count = rows.count * size * 3
      pixels.withUnsafeBufferPointer { resampleColumns($0, filter, rows: rows, into: buffer) }
    }
  }

  private func resampleColumns(
    _ pixels: UnsafeBufferPointer<UInt8>, _ filter: Filter, rows: Range<Int>,
    into buffer: UnsafeMutableBufferPointer<Float>
  ) {
    filter.weights.withUnsafeBufferPointer { weights in
      var place = 0
      for row in rows {
        for tap in filter.taps {
          var source = (row * sourceWidth + tap.first) * 3
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
    for row in 0..<size {
      let source = ((top + row) * sourceWidth + left) * 3
      for index in 0..<size * 3 { slot[row * size * 3 + index] = pixels[source + index] }
    }
  }
}
