// Unsafe pointers, here, in FusedRenderer.swift and in the parts' rows alone: bounds checks in these
// innermost loops would cost more than the arithmetic.

/// A row of interleaved pixels: red, green, blue, red, …, in floats.
typealias Row = UnsafeMutablePointer<Float>

/// The loops over one row that views are made of. Rows may be read and written up to 16 floats past
/// their end.
enum RowKernels {
  /// How many floats a vector loop takes at a time; rows are allocated in multiples of it.
  static let stride = 16

  @inline(__always)
  private static func load4(_ row: UnsafePointer<Float>) -> SIMD4<Float> {
    UnsafeRawPointer(row).loadUnaligned(as: SIMD4<Float>.self)
  }

  @inline(__always)
  private static func load16(_ row: UnsafePointer<Float>) -> SIMD16<Float> {
    UnsafeRawPointer(row).loadUnaligned(as: SIMD16<Float>.self)
  }

  /// Stores red, green and blue, and a number that the next pixel overwrites.
  @inline(__always)
  private static func store(_ pixel: SIMD4<Float>, _ row: Row) {
    UnsafeMutableRawPointer(row).storeBytes(of: pixel, as: SIMD4<Float>.self)
  }

  @inline(__always)
  private static func store16(_ values: SIMD16<Float>, _ row: Row) {
    UnsafeMutableRawPointer(row).storeBytes(of: values, as: SIMD16<Float>.self)
  }

  /// Stored pixels as floats from 0 to 255, one or four channels as three.
  static func convert(
    _ bytes: UnsafePointer<UInt8>, channels: Int, pixels: Int, to row: Row
  ) {
    if channels == 3 {
      for index in 0..<3 * pixels { row[index] = Float(bytes[index]) }
      return
    }
    let (green, blue) = channels == 1 ? (0, 0) : (1, 2)
    for pixel in 0..<pixels {
      row[3 * pixel] = Float(bytes[channels * pixel])
      row[3 * pixel + 1] = Float(bytes[channels * pixel + green])
      row[3 * pixel + 2] = Float(bytes[channels * pixel + blue])
    }
  }

  /// Weighted sums of neighbouring pixels, `count` of them; sample k weighs `taps` pixels from the
  /// float `firsts[k]` on.
  ///
  /// - Returns: the sum of all samples; the last lane means nothing.
  static func resample(
    _ row: UnsafePointer<Float>, firsts: UnsafePointer<Int32>, weights: UnsafePointer<Float>,
    taps: Int, count: Int, to target: Row
  ) -> SIMD4<Float> {
    var sum = SIMD4<Float>.zero
    switch taps {
    case 2:
      for sample in 0..<count {
        let source = row + Int(firsts[sample])
        let weight = weights + 2 * sample
        let pixel = load4(source) * weight[0] + load4(source + 3) * weight[1]
        store(pixel, target + 3 * sample)
        sum += pixel
      }
    case 3:
      for sample in 0..<count {
        let source = row + Int(firsts[sample])
        let weight = weights + 3 * sample
        let pair = load4(source) * weight[0] + load4(source + 3) * weight[1]
        let pixel = pair + load4(source + 6) * weight[2]
        store(pixel, target + 3 * sample)
        sum += pixel
      }
    default:
      for sample in 0..<count {
        let source = row + Int(firsts[sample])
        let weight = weights + taps * sample
        var pixel = load4(source) * weight[0]
        for tap in 1..<taps { pixel += load4(source + 3 * tap) * weight[tap] }
        store(pixel, target + 3 * sample)
        sum += pixel
      }
    }
    return sum
  }

  /// The weighted sum of rows.
  static func blend(
    _ rows: UnsafePointer<UnsafePointer<Float>>, weights: UnsafePointer<Float>, taps: Int,
    floats: Int, to target: Row
  ) {
    if taps == 2 {
      let (first, second) = (rows[0], rows[1])
      let (firstWeight, secondWeight) = (weights[0], weights[1])
      for index in Swift.stride(from: 0, to: floats, by: stride) {
        store16(
          load16(first + index) * firstWeight + load16(second + index) * secondWeight,
          target + index)
      }
      return
    }
    for index in Swift.stride(from: 0, to: floats, by: stride) {
      var sum = load16(rows[0] + index) * weights[0]
      for tap in 1..<taps { sum += load16(rows[tap] + index) * weights[tap] }
      store16(sum, target + index)
    }
  }

  /// The sum of rows weighted by a kernel that is the same on both sides of its middle; `rows` are
  /// those from −`radius` to `radius`.
  static func blurDown(
    _ rows: UnsafePointer<UnsafePointer<Float>>, kernel: UnsafePointer<Float>, radius: Int,
    floats: Int, to target: Row
  ) {
    for index in Swift.stride(from: 0, to: floats, by: stride) {
      var sum = load16(rows[radius] + index) * kernel[0]
      for offset in 1...max(radius, 1) where offset <= radius {
        let pair = load16(rows[radius - offset] + index) + load16(rows[radius + offset] + index)
        sum += pair * kernel[offset]
      }
      store16(sum, target + index)
    }
  }

  /// The sum of neighbouring pixels weighted likewise; `row` has `radius` pixels before its start and
  /// past its end.
  static func blurAcross(
    _ row: UnsafePointer<Float>, kernel: UnsafePointer<Float>, radius: Int, floats: Int,
    to target: Row
  ) {
    for index in Swift.stride(from: 0, to: floats, by: stride) {
      var sum = load16(row + index) * kernel[0]
      for offset in 1...max(radius, 1) where offset <= radius {
        let pair = load16(row + index - 3 * offset) + load16(row + index + 3 * offset)
        sum += pair * kernel[offset]
      }
      store16(sum, target + index)
    }
  }

  /// Pixels interpolated linearly in a grid of `columns`×`rows` pixels, along a line that begins at
  /// (x, y) and goes on by (dx, dy).
  ///
  /// - Returns: the sum of all pixels; the last lane means nothing.
  static func interpolate(
    _ grid: UnsafePointer<Float>, rowStride: Int, columns: Int, rows: Int, x: Float, y: Float,
    dx: Float, dy: Float, count: Int, to target: Row
  ) -> SIMD4<Float> {
    var sum = SIMD4<Float>.zero
    let (lastX, lastY) = (Float(columns - 1), Float(rows - 1))
    for pixel in 0..<count {
      // Rounding may lead a hair beyond the grid.
      let column = min(max(x + dx * Float(pixel), 0), lastX)
      let row = min(max(y + dy * Float(pixel), 0), lastY)
      let (left, top) = (min(Int32(column), Int32(columns - 2)), min(Int32(row), Int32(rows - 2)))
      let (right, bottom) = (column - Float(left), row - Float(top))
      let corner = grid + (Int(top) * rowStride + 3 * Int(left))
      let upper = load4(corner) * (1 - right) + load4(corner + 3) * right
      let below = corner + rowStride
      let lower = load4(below) * (1 - right) + load4(below + 3) * right
      let value = upper * (1 - bottom) + lower * bottom
      store(value, target + 3 * pixel)
      sum += value
    }
    return sum
  }

  /// Maps colours, in place and unclamped.
  static func recolour(_ row: Row, _ map: ColourMap, pixels: Int) {
    let (red, green, blue, offset) = (map.red, map.green, map.blue, map.offset)
    // A store touches the next pixel's red, so that pixel is loaded before.
    var place = row
    var next = load4(place)
    for _ in 0..<pixels {
      let colour = next
      next = load4(place + 3)
      store(red * colour.x + green * colour.y + (blue * colour.z + offset), place)
      place += 3
    }
  }

  /// Clamps to [0, 1], in place.
  static func clamp(_ row: Row, floats: Int) {
    // `min` and `max`, of scalars and of vectors, mind NaN and are not vectorised.
    for index in 0..<floats {
      let raised = row[index] < 0 ? 0 : row[index]
      row[index] = raised > 1 ? 1 : raised
    }
  }
}

/// The last step: a row into the place and type that the model reads.
extension RowKernels {
  static func emit(_ row: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, count: Int) {
    target.update(from: row, count: count)
  }

  /// Rounds to the nearest bfloat16, ties to even.
  static func emit(_ row: UnsafePointer<Float>, _ target: UnsafeMutablePointer<UInt16>, count: Int)
  {
    for index in 0..<count { target[index] = bfloat16(row[index]) }
  }

  static func emit(
    channel: Int, of row: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, count: Int
  ) {
    for pixel in 0..<count { target[pixel] = row[3 * pixel + channel] }
  }

  static func emit(
    channel: Int, of row: UnsafePointer<Float>, _ target: UnsafeMutablePointer<UInt16>, count: Int
  ) {
    for pixel in 0..<count { target[pixel] = bfloat16(row[3 * pixel + channel]) }
  }

  @inline(__always)
  private static func bfloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ ((bits >> 16) & 1)) >> 16)
  }
}
