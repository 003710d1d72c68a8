import Augmentations
import Testing

@Suite struct ContactSheetTests {
  private let image = TestImage.smooth(width: 16, height: 16)

  private func sheet(_ columns: [ContactSheet.Column]) throws -> ContactSheet {
    let other = TestImage.noise(width: 30, height: 20)
    let images = [
      StoredImage(offset: 0, size: image.size),
      StoredImage(offset: image.bytes.count, size: other.size),
    ]
    return try ContactSheet(
      of: images, in: image.bytes + other.bytes, columns: columns, side: 16)
  }

  @Test func rowsAreImagesAndColumnsStrengths() throws {
    let sheet = try sheet(
      [ContactSheet.Column.original]
        + ContactSheet.Column.strengths([0, 0.5, 1], of: .simCLR(), seed: 3)
        + ContactSheet.Column.generators)
    #expect(sheet.labels.prefix(4) == ["image", "s = 0.0", "s = 0.5", "s = 1.0"])
    #expect(
      sheet.labels.dropFirst(4).map { $0.prefix { $0 != " " } } == Generator.names.map { $0[...] })
    #expect(sheet.width == 15 * 18 + 2 && sheet.height == 2 * 18 + 2)
    #expect(sheet.pixels.count == sheet.width * sheet.height * 3)
    func cell(_ column: Int) -> [UInt8] {
      (0..<16).flatMap { y in
        let start = 3 * ((2 + y) * sheet.width + 2 + column * 18)
        return Array(sheet.pixels[start..<start + 48])
      }
    }
    #expect(cell(0) == image.bytes, "the image as it is stored")
    #expect(cell(1) == image.bytes, "strength 0 is the identity")
    for column in 2..<15 { #expect(cell(column) != image.bytes, "\(sheet.labels[column])") }
    #expect(sheet.pixels.prefix(3 * 2 * sheet.width).allSatisfy { $0 == 255 }, "the gap is white")
  }

  @Test func aSheetOfNothingIsAGap() throws {
    let sheet = try ContactSheet(of: [], in: [], columns: [.original], side: 8)
    #expect(sheet.width == 12 && sheet.height == 2)
  }
}
