/// How much faces differ: the mean difference of their letters' levels.
package struct FaceComparison {
  private let count: Int
  private let length: Int
  private let blockLength: Int
  /// All levels, face after face.
  private let levels: [UInt8]
  /// Sums of levels over blocks of a letter, face after face. Sums differ by no more than their parts.
  private let sums: [Int32]

  /// - Parameters:
  ///   - faces: the levels of each face's letters, all of one length.
  ///   - side: rows and columns of a letter.
  package init(_ faces: [[UInt8]], side: Int) {
    count = faces.count
    length = faces.first?.count ?? 0
    levels = faces.flatMap { $0 }
    let perLetter = FaceComparison.blocks
    let blockCount = length / (side * side) * perLetter * perLetter
    blockLength = blockCount
    sums = faces.flatMap { levels in
      var sums = [Int32](repeating: 0, count: blockCount)
      for (place, level) in levels.enumerated() {
        let (letter, pixel) = place.quotientAndRemainder(dividingBy: side * side)
        let (row, column) = pixel.quotientAndRemainder(dividingBy: side)
        let block =
          (letter * perLetter + row * perLetter / side) * perLetter + column * perLetter / side
        sums[block] += Int32(level)
      }
      return sums
    }
  }

  /// Blocks of a letter along each side.
  private static let blocks = 4

  /// All pairs of faces whose mean difference is at most `limit` levels, with it; the first of a pair
  /// comes before the second.
  package func pairs(within limit: Double) -> [(first: Int, second: Int, difference: Double)] {
    let most = Int32(limit * Double(length))
    var pairs: [(first: Int, second: Int, difference: Double)] = []
    levels.withUnsafeBufferPointer { levels in
      sums.withUnsafeBufferPointer { sums in
        for second in 0..<count {
          for first in 0..<second {
            guard differs(sums, first, second, length: blockLength, most: most) != nil,
              let sum = differs(levels, first, second, length: length, most: most)
            else { continue }
            pairs.append((first, second, Double(sum) / Double(length)))
          }
        }
      }
    }
    return pairs
  }

  /// The sum of the differences of two rows; nil once it is above `most`.
  private func differs<Number: FixedWidthInteger>(
    _ rows: UnsafeBufferPointer<Number>, _ first: Int, _ second: Int, length: Int, most: Int32
  ) -> Int32? {
    var sum: Int32 = 0
    let (start, other) = (first * length, second * length)
    for place in 0..<length {
      sum += abs(Int32(rows[start + place]) - Int32(rows[other + place]))
      if sum > most { return nil }
    }
    return sum
  }
}
