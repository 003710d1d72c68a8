import Foundation

/// What an image looks like, whatever its size, brightness and contrast: its grey values on a grid of
/// 16 × 16, with mean 0 and length 1, and its mean colour beside them.
///
/// The inner product of two grids is the correlation of their grey values.
struct ImageDescriptor: Sendable {
  /// Rows and columns of the grid.
  static let side = 16

  /// `side` × `side` values from the top; nil where the image is of one grey.
  let grid: [Float]?
  /// How far the mean colour is from grey: blue and red less luma, in levels.
  let colour: SIMD2<Float>

  /// The descriptor of an image of 16 × 16 × 3 bytes.
  ///
  /// Luma is that of ITU-R BT.601.
  init(_ pixels: ArraySlice<UInt8>) {
    let count = pixels.count / 3
    var grey = [Float](repeating: 0, count: count)
    var sums = SIMD3<Float>(repeating: 0)
    var place = pixels.startIndex
    for index in 0..<count {
      let rgb = SIMD3<Float>(SIMD3(pixels[place], pixels[place + 1], pixels[place + 2]))
      grey[index] = ImageDescriptor.luma(rgb)
      sums += rgb
      place += 3
    }
    let mean = sums / Float(count)
    let luma = ImageDescriptor.luma(mean)
    colour = SIMD2(mean.z - luma, mean.x - luma)
    let centred = grey.map { $0 - luma }
    let length = centred.reduce(0) { $0 + $1 * $1 }.squareRoot()
    // A grid whose values differ by less than half a level is one grey, and its noise no picture.
    grid = length < 0.5 * Float(ImageDescriptor.side) ? nil : centred.map { $0 / length }
  }

  private static func luma(_ rgb: SIMD3<Float>) -> Float {
    0.299 * rgb.x + 0.587 * rgb.y + 0.114 * rgb.z
  }

  /// The descriptors of all images of a data set, made on all cores.
  static func all(of dataset: ImageDataset) -> [ImageDescriptor] {
    let resampler = Resampler(
      sourceWidth: dataset.width, sourceHeight: dataset.height, size: side)
    let size = side * side * 3
    let shrunk = concurrentImages(count: dataset.count, bytesPerImage: size) {
      (index, slot) throws(Never) in
      resampler.resample(Array(dataset.image(at: index)), into: slot)
    }
    return (0..<dataset.count).map { index in
      ImageDescriptor(shrunk.pixels[index * size..<(index + 1) * size])
    }
  }

  /// The grid's 64 lowest frequencies but the mean, each along both directions: a discrete cosine transform.
  static func frequencies(of grid: [Float]) -> [Float] {
    var rows = [Float](repeating: 0, count: side * waves.count)
    for row in 0..<side {
      for (number, wave) in waves.enumerated() {
        var sum: Float = 0
        for column in 0..<side { sum += wave[column] * grid[row * side + column] }
        rows[number * side + row] = sum
      }
    }
    var values: [Float] = []
    for (vertical, wave) in waves.enumerated() {
      for horizontal in waves.indices where vertical + horizontal > 0 {
        var sum: Float = 0
        for row in 0..<side { sum += wave[row] * rows[horizontal * side + row] }
        values.append(sum)
        if values.count == 64 { return values }
      }
    }
    return values
  }

  /// Where `frequencies` has that of so many half waves along each direction, not both 0.
  static func frequency(vertical: Int, horizontal: Int) -> Int {
    vertical * waves.count + horizontal - 1
  }

  /// cos(π (column + ½) k / 16), one wave a frequency k.
  private static let waves: [[Float]] = (0...8).map { frequency in
    (0..<side).map { column in
      Float(cos(Double.pi * (Double(column) + 0.5) * Double(frequency) / Double(side)))
    }
  }
}
