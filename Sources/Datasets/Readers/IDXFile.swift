import Foundation

/// An IDX file of bytes: a magic number, the length of each dimension as four bytes (most
/// significant first), then the bytes, last dimension fastest
/// (http://yann.lecun.com/exdb/mnist/).
struct IDXFile {
  let dimensions: [Int]
  let bytes: [UInt8]

  /// The most a dimension's product may be, far beyond every real data set.
  private static let byteLimit = 1 << 36

  /// Reads a file with one of the given numbers of dimensions. The lengths that its header claims
  /// are held against the file's size before anything is allocated for them.
  init(path: String, dimensionCounts: [Int]) throws(DatasetError) {
    guard let size = FileBytes.size(of: path) else { throw DatasetError(path, .noFile()) }
    guard let header = FileBytes.read(path, count: min(size, 4 + 4 * 4)) else {
      throw DatasetError(path, .unreadable)
    }
    if header.starts(with: [0x1F, 0x8B]) { throw DatasetError(path, .compressed) }
    guard header.count >= 4 else {
      throw DatasetError(path, .shortHeader(isBeforeDimensions: true))
    }
    guard header[0] == 0, header[1] == 0 else { throw DatasetError(path, .notIDX) }
    guard header[2] == 0x08 else { throw DatasetError(path, .elementType(header[2])) }
    let count = Int(header[3])
    guard dimensionCounts.contains(count) else {
      throw DatasetError(path, .dimensionCount(count, expected: dimensionCounts))
    }
    let headerSize = 4 + 4 * count
    guard header.count >= headerSize else {
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
      guard length <= IDXFile.byteLimit / product else {
        throw DatasetError(path, .claimedBytes(dimensions, found: nil))
      }
      product *= length
    }
    guard size - headerSize == product else {
      throw DatasetError(path, .claimedBytes(dimensions, found: size - headerSize))
    }
    // The file, and its bytes without the header; a file with holes may claim any size.
    let (needed, available) = (2 * size, Int(clamping: ProcessInfo.processInfo.physicalMemory))
    guard needed < available else {
      throw DatasetError(path, .fileMemory(needed: needed, available: available))
    }
    guard let all = FileBytes.read(path, count: size), all.count == size else {
      throw DatasetError(path, .unreadable)
    }
    self.dimensions = dimensions
    bytes = Array(all.dropFirst(headerSize))
  }
}
