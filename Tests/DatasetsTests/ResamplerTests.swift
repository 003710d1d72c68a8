import Datasets
import Testing
import Torch

@Suite struct ResamplerTests {
  @Test(arguments: [(40, 30, 32), (17, 90, 32), (8, 8, 32), (500, 375, 64), (33, 32, 32)])
  func aUniformImageStaysUniform(width: Int, height: Int, size: Int) {
    let image = uniform([10, 127, 251], width: width, height: height).middleSquare(size: size)
    #expect(image == uniform([10, 127, 251], width: size, height: size))
  }

  @Test func anImageOfTheRightSizeIsOnlyCut() {
    let image = noise(width: 12, height: 8)
    let square = image.middleSquare(size: 8)
    for row in 0..<8 {
      #expect(
        Array(square.pixels[row * 24..<row * 24 + 24])
          == Array(image.pixels[(row * 12 + 2) * 3..<(row * 12 + 10) * 3]))
    }
  }

  @Test func aLinearRampStaysOneAwayFromTheBorder() {
    // Channel value 4·column. A symmetric filter keeps a linear function: the output at i is the
    // ramp at the input coordinate (i + 1/2)·(64/size) − 1/2, where the filter is not cut off.
    let ramp = columns((0..<64).map { UInt8(4 * $0) })
    for size in [16, 32, 48, 128] {
      let result = ramp.middleSquare(size: size)
      let margin = max(1, (size + 63) / 64) + 1
      for column in margin..<size - margin {
        let exact = 4 * ((Double(column) + 0.5) * 64 / Double(size) - 0.5)
        // Half a step for rounding, and a little for single precision.
        #expect(abs(Double(result.pixels[column * 3]) - exact) <= 0.501, "size \(size)")
      }
    }
  }

  @Test func halvingWeighsFourPixelsByOneEighthAndThreeEighths() {
    // A triangle four pixels wide, sampled at ±1/2 and ±3/2.
    let values: [Double] = [0, 40, 200, 96, 16, 240, 8, 120]
    let result = columns(values.map { UInt8($0) }).middleSquare(size: 4)
    for column in 1...2 {
      let near = values[2 * column] + values[2 * column + 1]
      let far = values[2 * column - 1] + values[2 * column + 2]
      #expect(result.pixels[column * 3] == UInt8((3 * near / 8 + far / 8).rounded()))
    }
    // At the border the missing weight is made up for: 3/8, 3/8, 1/8 of 7/8.
    let border = (3 * values[0] + 3 * values[1] + values[2]) / 7
    #expect(result.pixels[0] == UInt8(border.rounded()))
  }

  @Test(arguments: [(24, 24, 9), (40, 31, 12), (7, 9, 20), (31, 64, 31)])
  func theTwoPassesEqualOneSumOverThePlane(width: Int, height: Int, size: Int) {
    let image = noise(width: width, height: height)
    let result = image.middleSquare(size: size)
    for row in 0..<size {
      for column in 0..<size {
        for channel in 0..<3 {
          let exact = planeSum(image, size: size, row: row, column: column, channel: channel)
          let actual = Double(result.pixels[(row * size + column) * 3 + channel])
          #expect(abs(actual - exact) <= 0.501)
        }
      }
    }
  }

  /// The same filter as a weighted mean over every pixel of the middle square.
  private func planeSum(
    _ image: RGBImage, size: Int, row: Int, column: Int, channel: Int
  ) -> Double {
    let side = min(image.width, image.height)
    let ratio = Double(side) / Double(size)
    func weight(_ pixel: Int, _ output: Int) -> Double {
      let distance = abs(Double(pixel) + 0.5 - (Double(output) + 0.5) * ratio)
      return max(0, 1 - distance / max(1, ratio))
    }
    var sum = 0.0
    var total = 0.0
    for y in 0..<side {
      for x in 0..<side {
        let share = weight(y, row) * weight(x, column)
        let source = (y + (image.height - side) / 2) * image.width + x + (image.width - side) / 2
        sum += share * Double(image.pixels[source * 3 + channel])
        total += share
      }
    }
    return sum / total
  }

  /// A square grey image whose columns have the given values.
  private func columns(_ values: [UInt8]) -> RGBImage {
    let row = values.flatMap { [$0, $0, $0] }
    let rows = values.flatMap { _ in row }
    return RGBImage(width: values.count, height: values.count, pixels: rows)
  }

  private func noise(width: Int, height: Int) -> RGBImage {
    var random = CounterRandom(seed: 5)
    let pixels = (0..<width * height * 3).map { _ in UInt8(random.index(below: 256)) }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}
