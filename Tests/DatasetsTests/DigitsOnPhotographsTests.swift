import Datasets
import TestSupport
import Testing

@Suite struct DigitsOnPhotographsTests {
  /// 40 grey training photographs of byte 100 and 20 held-out ones; digits of solid ink 51·label.
  private func folders() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (split, count) in [("train", 40), ("t10k", 20)] {
      func write(_ name: String, _ dimensions: [Int], _ bytes: [UInt8], _ suffix: String) throws {
        let header = [0, 0, 8, UInt8(dimensions.count)] + dimensions.flatMap(bigEndian)
        try folder.write(header + bytes, to: "\(name)/\(split)-\(suffix)-ubyte")
      }
      let photographs = [UInt8](repeating: 100, count: count * 256)
      try write("photographs", [count, 16, 16], photographs, "images-idx3")
      try write("photographs", [count], (0..<count).map { UInt8($0 % 2) }, "labels-idx1")
      let digits = (0..<6).flatMap { [UInt8](repeating: UInt8($0 * 51), count: 64) }
      try write("digits", [6, 8, 8], digits, "images-idx3")
      try write("digits", [6], [0, 1, 2, 3, 4, 5], "labels-idx1")
    }
    return folder
  }

  private func composite(_ folder: TemporaryFolder, seed: UInt64 = 3) -> DigitsOnPhotographs {
    DigitsOnPhotographs(
      photographs: DatasetRequest(
        kind: .idx, path: folder.path + "/photographs", imageSize: 16, seed: seed),
      digits: DatasetRequest(kind: .idx, path: folder.path + "/digits"))
  }

  @Test func everyPixelIsThePhotographUnderTheInkOfItsDigit() throws {
    let folder = try folders()
    let splits = try composite(folder).load()
    for split in [splits.train, splits.heldOut] {
      #expect(split.labels == (0..<split.count).map { $0 % 2 })
      #expect(split.factors.map(\.name) == ["digit", "digit_x", "digit_y"])
      for image in 0..<split.count {
        let (digit, x, y) = (
          split.factors[0].values[image], split.factors[1].values[image],
          split.factors[2].values[image]
        )
        // The middle of a digit of 8 is at its first pixel plus 4.
        let column = Int((x + 0.5) * 16 - 4)
        let row = Int((y + 0.5) * 16 - 4)
        let inked = UInt8(100 + Int((155 * digit * 51 / 255).rounded()))
        let expected = (0..<256).flatMap { pixel in
          let isInside = column..<column + 8 ~= pixel % 16 && row..<row + 8 ~= pixel / 16
          return [UInt8](repeating: isInside ? inked : 100, count: 3)
        }
        #expect(Array(split.image(at: image)) == expected)
      }
    }
  }

  @Test func digitsDependOnTheSeedAlone() throws {
    let folder = try folders()
    let first = try composite(folder).load()
    #expect(try composite(folder).load().train.pixels == first.train.pixels)
    #expect(try composite(folder, seed: 4).load().train.pixels != first.train.pixels)
    #expect(
      Set(first.train.factors[0].values).count == 6, "each of 6 digits among 40, but once in 300")
    #expect(
      first.train.factors[0].values.prefix(20) != first.heldOut.factors[0].values.prefix(20))
  }

  @Test func theKindFindsBothInOneFolderOrInTwo() throws {
    let one = DatasetRequest(kind: .digitsOnCIFAR, path: fixture("datasets"), imageSize: 32)
    let error = #expect(throws: DatasetError.self) { try one.load() }
    #expect(
      error?.place == fixture("datasets/cifar-10-batches-py/data_batch_1"),
      "the photographs are found, and are fewer than CIFAR's")
    let two = DatasetRequest(
      kind: .digitsOnCIFAR, path: fixture("datasets") + ":" + fixture("datasets/mnist"))
    let other = #expect(throws: DatasetError.self) { try two.load() }
    #expect(other == error)
    #expect(DatasetKind.digitsOnCIFAR.knownFactors.first?.name == "digit")
  }

  @Test func digitsWithoutClassesAreRefused() throws {
    let folder = try folders()
    try folder.remove("digits/train-labels-idx1-ubyte")
    try folder.remove("digits/t10k-labels-idx1-ubyte")
    let error = #expect(throws: DatasetError.self) { try composite(folder).load() }
    #expect(error?.problem == "0 classes instead of ten digits")
  }
}
