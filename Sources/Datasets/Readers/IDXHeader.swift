/// The dimensions that an IDX file claims.
struct IDXHeader {
  let dimensions: [Int]
  /// The product of the dimensions.
  let byteCount: Int

  /// The most a dimension's product may be, far beyond every real data set.
  private static let byteLimit = 1 << 36

  /// Bytes of the header itself.
  var length: Int { 4 + 4 * dimensions.count }

  /// The header at a file's beginning.
  init(
    _ header: [UInt8], path: String, dimensionCounts: [Int]
  ) throws(DatasetError) {
    guard header.count >= 4 else {
      throw DatasetError(path, .shortHeader(isBeforeDimensions: true))
    }
    guard header[0] == 0, header[1] == 0 else { throw DatasetError(path, .notIDX) }
    guard header[2] == 0x08 else { throw DatasetError(path, .elementType(header[2])) }
    let count = Int(header[3])
    guard dimensionCounts.contains(count) else {
      throw DatasetError(path, .dimensionCount(count, expected: dimensionCounts))
    }
    guard header.count >= 4 + 4 * count else {
      throw DatasetError(path, .shortHeader(isBeforeDimensions: false))
    }
    let dimensions = (0..<count).map { dimension in
      header[(4 + 4 * dimension)..<(8 + 4 * dimension)].reduce(0) { $0 << 8 | Int($1) }
    }
    guard dimensions.allSatisfy({ $0 > 0 }) else {
      throw DatasetError(path, .emptyDimension(dimensions))
    }
    var product = 1
    for length in dimensions {
      // Neither factor exceeds 2³⁶, so the product cannot overflow before it is compared.
      guard length <= IDXHeader.byteLimit / product else {
        throw DatasetError(path, .claimedBytes(dimensions, found: nil))
      }
      product *= length
    }
    self.dimensions = dimensions
    byteCount = product
  }
}
