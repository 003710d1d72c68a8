import Torch

/// Makes one view after another on one thread, in memory that it keeps between them.
///
/// Each of the image's rows is resampled once, as it is read; the view's rows are blended from those,
/// recoloured and written while they are in the nearest cache. Only a turned view and a blurred one
/// need all rows before the first can be finished.
final class FusedRenderer {
  private let side: Int
  private let dtype: DType
  private let layout: FusedViews.Layout
  /// From one row of the view to the next, in floats.
  private let rowStride: Int

  @exclusivity(unchecked) private var horizontal = TapTable()
  @exclusivity(unchecked) private var vertical = TapTable()
  /// The image's rows that the view needs, and the floats from one to the next in `resampled`.
  @exclusivity(unchecked) private var imageRows = 0..<0
  @exclusivity(unchecked) private var sampledStride = 0
  /// A row of the image and its border.
  private let stretched = Scratch<Float>()
  /// Rows of the image resampled across; and how much each weighs in the sum of the view.
  private let resampled = Scratch<Float>()
  private let rowWeights = Scratch<Float>()
  /// The grid that a turned view is interpolated in.
  private let grid = Scratch<Float>()
  /// The view's rows, where they are needed together; else one of them.
  private let rows = Scratch<Float>()
  /// The rows that one is made of.
  private let sources = Scratch<UnsafePointer<Float>>()
  private let black = Scratch<Float>()
  /// A row blurred down, with its mirror images on both sides; and blurred across.
  private let margined = Scratch<Float>()
  private let blurred = Scratch<Float>()
  private let kernel = Scratch<Float>()
  /// The 256 values of a stored byte.
  private let quotients = Scratch<Float>()

  init(side: Int, dtype: DType, layout: FusedViews.Layout) {
    self.side = side
    self.dtype = dtype
    self.layout = layout
    rowStride = FusedRenderer.paddedFloats(pixels: side)
    rows.reserve(rowStride)
    blurred.reserve(rowStride)
    quotients.reserve(256)
    for value in 0..<256 { quotients.start[value] = Float(value) / 255 }
  }

  /// Floats for a row: whole vectors, and a vector more for what is read and written past the end.
  private static func paddedFloats(pixels: Int) -> Int {
    (3 * pixels / RowKernels.stride + 2) * RowKernels.stride
  }

  /// Makes the view of a request that has been checked.
  func render(
    _ request: ViewRequest, from pixels: UnsafeRawPointer, to output: UnsafeMutableRawPointer
  ) {
    let parameters = request.parameters
    let image = request.image
    let bytes = (pixels + image.offset).assumingMemoryBound(to: UInt8.self)
    let geometry = ViewGeometry(parameters, side: side)
    let isBlurred = parameters.blur > 0
    let isTurned = geometry.warp != nil
    let isRecoloured = parameters.changesColours
    // Stored values to the bit where nothing changes them.
    let isExact = geometry.isIdentity && !isRecoloured
    if isBlurred || isTurned { rows.reserve(side * rowStride) }

    var sum = SIMD4<Float>.zero
    if !isExact { sum = sample(geometry, bytes, image) }
    if let warp = geometry.warp { sum = turn(geometry, warp) }
    let meanGrey = (SIMD3(sum.x, sum.y, sum.z) * ColourMap.greyWeights).sum() / Float(side * side)
    let map = parameters.colourMap(meanGrey: meanGrey)
    var finish = RowFinish(parameters, side: side, dtype: dtype, layout: layout, output: output)
    for y in 0..<side {
      let row = rows.start + (isBlurred || isTurned ? y * rowStride : 0)
      if isExact {
        let stored = bytes + y * side * image.channels
        RowKernels.convert(stored, channels: image.channels, pixels: side, to: row)
        for index in 0..<3 * side { row[index] = quotients.start[Int(row[index])] }
      } else if !isTurned {
        blend(y, geometry.vertical, to: row)
      }
      if isRecoloured { RowKernels.recolour(row, map, pixels: side) }
      if !isExact { RowKernels.clamp(row, floats: 3 * side) }
      if !isBlurred { finish(row, y) }
    }
    if isBlurred { blur(sigma: parameters.blur) { row, y in finish(row, y) } }
  }
}

extension FusedRenderer {
  /// Resamples across all rows of the image that the view needs.
  ///
  /// - Returns: the sum of the view's pixels that they will be blended to.
  private func sample(
    _ geometry: ViewGeometry, _ bytes: UnsafePointer<UInt8>, _ image: StoredImage
  ) -> SIMD4<Float> {
    horizontal.fill(geometry.horizontal, scale: 1)
    vertical.fill(geometry.vertical, scale: 1 / 255)
    let origin = Int32(horizontal.reach.lowerBound)
    for sample in 0..<horizontal.count {
      horizontal.firsts[sample] = 3 * (horizontal.firsts[sample] - origin)
    }
    weighRows(geometry.vertical)
    sampledStride = FusedRenderer.paddedFloats(pixels: horizontal.count)
    stretched.reserve(FusedRenderer.paddedFloats(pixels: horizontal.reach.count))
    resampled.reserve(imageRows.count * sampledStride)
    black.reserve(sampledStride)

    var sum = SIMD4<Float>.zero
    for row in imageRows {
      stretch(bytes + row * image.size.width * image.channels, geometry.horizontal, image.channels)
      let rowSum = RowKernels.resample(
        stretched.start, firsts: horizontal.firsts, weights: horizontal.weights,
        taps: horizontal.taps, count: horizontal.count,
        to: resampled.start + (row - imageRows.lowerBound) * sampledStride)
      sum += rowSum * rowWeights.start[row]
    }
    return sum
  }

  /// Finds which rows of the image the view needs, and how much each weighs in all of it.
  private func weighRows(_ sampling: AxisSampling) {
    let count = sampling.pixels.upperBound
    rowWeights.reserve(count)
    rowWeights.start.update(repeating: 0, count: count)
    var (lower, upper) = (count, 0)
    for sample in 0..<vertical.count {
      for tap in 0..<vertical.taps {
        let weight = vertical.weights[sample * vertical.taps + tap]
        guard let row = sampling.pixel(at: Int(vertical.firsts[sample]) + tap) else { continue }
        rowWeights.start[row] += weight
        lower = min(lower, row)
        upper = max(upper, row + 1)
      }
    }
    imageRows = min(lower, upper)..<upper
  }

  /// A row of the image in floats, and what stands beyond its ends.
  private func stretch(_ bytes: UnsafePointer<UInt8>, _ sampling: AxisSampling, _ channels: Int) {
    let reach = horizontal.reach
    let inside = reach.clamped(to: sampling.pixels)
    let start = stretched.start - 3 * reach.lowerBound
    RowKernels.convert(
      bytes + inside.lowerBound * channels, channels: channels, pixels: inside.count,
      to: start + 3 * inside.lowerBound)
    for position in reach where !inside.contains(position) {
      if let pixel = sampling.pixel(at: position) {
        RowKernels.convert(
          bytes + pixel * channels, channels: channels, pixels: 1, to: start + 3 * position)
      } else {
        (start + 3 * position).update(repeating: 0, count: 3)
      }
    }
  }

  /// One row of the view, or of the grid it is interpolated in.
  @inline(__always)
  private func blend(_ sample: Int, _ sampling: AxisSampling, to target: Row) {
    sources.reserve(vertical.taps)
    for tap in 0..<vertical.taps {
      let row = sampling.pixel(at: Int(vertical.firsts[sample]) + tap)
      sources.start[tap] =
        row.map { UnsafePointer(resampled.start + ($0 - imageRows.lowerBound) * sampledStride) }
        ?? UnsafePointer(black.start)
    }
    RowKernels.blend(
      sources.start, weights: vertical.weights + sample * vertical.taps, taps: vertical.taps,
      floats: 3 * horizontal.count, to: target)
  }

  /// Makes the grid, and interpolates all rows of the view in it.
  ///
  /// - Returns: the sum of the view's pixels.
  private func turn(_ geometry: ViewGeometry, _ warp: AffineMap) -> SIMD4<Float> {
    grid.reserve(vertical.count * sampledStride)
    for row in 0..<vertical.count {
      blend(row, geometry.vertical, to: grid.start + row * sampledStride)
    }
    var sum = SIMD4<Float>.zero
    for y in 0..<side {
      let start = warp(0, Double(y))
      sum += RowKernels.interpolate(
        grid.start, rowStride: sampledStride, columns: horizontal.count, rows: vertical.count,
        x: Float(start.x), y: Float(start.y), dx: Float(warp.xx), dy: Float(warp.yx), count: side,
        to: rows.start + y * rowStride)
    }
    return sum
  }

  /// Blurs the view and gives each row, when it is done, to `finish`.
  private func blur(sigma: Float, finish: (Row, Int) -> Void) {
    let gaussian = GaussianKernel(sigma: sigma, side: side)
    let radius = gaussian.radius
    kernel.reserve(radius + 1)
    var weights = UnsafeMutableBufferPointer(start: kernel.start, count: radius + 1).mutableSpan
    gaussian.fill(&weights)
    sources.reserve(2 * radius + 1)
    margined.reserve(rowStride + 6 * radius)
    let row = margined.start + 3 * radius
    for y in 0..<side {
      for offset in -radius...radius {
        let source = GaussianKernel.pixel(at: y + offset, side: side)
        sources.start[radius + offset] = UnsafePointer(rows.start + source * rowStride)
      }
      RowKernels.blurDown(
        sources.start, kernel: kernel.start, radius: radius, floats: 3 * side, to: row)
      for offset in 0..<radius {
        (row - 3 * (offset + 1)).update(from: row + 3 * (offset + 1), count: 3)
        (row + 3 * (side + offset)).update(from: row + 3 * (side - 2 - offset), count: 3)
      }
      RowKernels.blurAcross(
        row, kernel: kernel.start, radius: radius, floats: 3 * side, to: blurred.start)
      finish(blurred.start, y)
    }
  }
}
