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
    guard let size = FileBytes.size(of: path) else {
      throw DatasetError(path, "no such file", remedy: "check the path")
    }
    guard let header = FileBytes.read(path, count: min(size, 4 + 4 * 4)) else {
      throw DatasetError(path, "cannot be read", remedy: "check its permissions")
    }
    if header.starts(with: [0x1F, 0x8B]) { throw IDXFile.compressed(path) }
    guard header.count >= 4 else { throw IDXFile.fault(path, "too short for a header") }
    guard header[0] == 0, header[1] == 0 else {
      throw IDXFile.fault(path, "not an IDX file (it does not begin with two zero bytes)")
    }
    guard header[2] == 0x08 else {
      throw IDXFile.fault(path, "element type \(header[2]) is not 8, unsigned bytes")
    }
    let count = Int(header[3])
    guard dimensionCounts.contains(count) else {
      let expected = dimensionCounts.map(String.init).joined(separator: " or ")
      throw IDXFile.fault(path, "\(count) dimensions instead of \(expected)")
    }
    let headerSize = 4 + 4 * count
    guard header.count >= headerSize else { throw IDXFile.fault(path, "too short for its header") }
    dimensions = (0..<count).map { dimension in
      header[(4 + 4 * dimension)..<(8 + 4 * dimension)].reduce(0) { $0 << 8 | Int($1) }
    }
    guard dimensions.allSatisfy({ $0 > 0 }) else {
      throw IDXFile.fault(path, "a dimension of length 0 in \(IDXFile.text(dimensions))")
    }
    var product = 1
    for length in dimensions {
      // Neither factor exceeds 2³⁶, so the product cannot overflow before it is compared.
      guard length <= IDXFile.byteLimit / product else {
        throw IDXFile.fault(path, "its header claims \(IDXFile.text(dimensions)) bytes")
      }
      product *= length
    }
    guard size - headerSize == product else {
      throw IDXFile.fault(
        path,
        "its header claims \(IDXFile.text(dimensions)) bytes, but \(size - headerSize) follow it")
    }
    guard let all = FileBytes.read(path, count: size), all.count == size else {
      throw DatasetError(path, "cannot be read", remedy: "check its permissions")
    }
    bytes = Array(all.dropFirst(headerSize))
  }

  static func compressed(_ path: String) -> DatasetError {
    DatasetError(path, "compressed with gzip", remedy: "run gunzip on it first")
  }

  private static func fault(_ path: String, _ problem: String) -> DatasetError {
    DatasetError(path, problem, remedy: "get the file again")
  }

  private static func text(_ dimensions: [Int]) -> String {
    dimensions.map(String.init).joined(separator: " × ")
  }
}
