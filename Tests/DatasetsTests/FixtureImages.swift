import Datasets
import Foundation
import TestSupport
import Testing

/// What Tests/Fixtures/makers/datasets.py drew as image `number`.
func fixtureImage(_ number: Int, side: Int, isGrey: Bool = false) -> [UInt8] {
  (0..<side).flatMap { row in
    (0..<side).flatMap { column in
      (0..<3).map { channel in
        UInt8((53 * number + 7 * row + 13 * column + (isGrey ? 0 : 101 * channel)) % 256)
      }
    }
  }
}

/// Expects the images of these numbers, every pixel of them.
func expectImages(
  _ dataset: ImageDataset, _ numbers: some Collection<Int>, side: Int, isGrey: Bool = false,
  at location: SourceLocation = #_sourceLocation
) {
  #expect(dataset.count == numbers.count, sourceLocation: location)
  guard dataset.count == numbers.count else { return }
  for (index, number) in numbers.enumerated() {
    #expect(
      Array(dataset.image(at: index)) == fixtureImage(number, side: side, isGrey: isGrey),
      "image \(number)", sourceLocation: location)
  }
}

/// A file of Tests/Fixtures/datasets.
func datasetFixture(_ name: String) throws -> [UInt8] {
  try Array(Data(contentsOf: URL(fileURLWithPath: fixture("datasets/\(name)"))))
}

/// Loads a kind of Tests/Fixtures/datasets.
func loadFixture(_ kind: DatasetKind, _ path: String, size: Int = 8) throws -> DatasetSplits {
  try DatasetRequest(kind: kind, path: fixture("datasets/\(path)"), imageSize: size).load()
}
