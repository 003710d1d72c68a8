import Archives

/// An IDX file of bytes, plain or compressed with gzip: a magic number, the length of each dimension as four
/// bytes (most significant first), then the bytes, last dimension fastest
/// (http://yann.lecun.com/exdb/mnist/).
struct IDXFile {
  let dimensions: [Int]
  let bytes: [UInt8]

  /// The longest header that is read, of four dimensions.
  private static let headerLimit = 4 + 4 * 4

  /// Reads a file with one of the given numbers of dimensions. The lengths that its header claims
  /// are held against the file's size before anything is allocated for them; where the file is compressed,
  /// memory is taken as the bytes come.
  init(path: String, dimensionCounts: [Int]) throws(DatasetError) {
    guard let size = FileBytes.size(of: path) else { throw DatasetError(path, .noFile()) }
    guard let beginning = FileBytes.read(path, count: min(size, IDXFile.headerLimit)) else {
      throw DatasetError(path, .unreadable)
    }
    if Inflater.isGzip(beginning) {
      let file = try FileBytes.readAll(path, factor: 1)
      let content = Result { () throws(ArchiveError) in
        try IDXFile.decompressed(path: path, dimensionCounts, Inflater(file[...], .gzip))
      }
      self = try content.mapError { DatasetError(path, .format(.archive($0))) }.get().get()
      return
    }
    let header = try IDXHeader(beginning, path: path, dimensionCounts: dimensionCounts)
    guard size - header.length == header.byteCount else {
      throw DatasetError(path, .claimedBytes(header.dimensions, found: size - header.length))
    }
    // The file, and its bytes without the header; a file with holes may claim any size.
    let all = try FileBytes.readAll(path, factor: 2)
    dimensions = header.dimensions
    bytes = Array(all.dropFirst(header.length))
  }

  private init(dimensions: [Int], bytes: [UInt8]) {
    self.dimensions = dimensions
    self.bytes = bytes
  }

  /// The outer error is the archive's, the inner one the content's.
  private static func decompressed(
    path: String, _ dimensionCounts: [Int], _ inflater: Inflater
  ) throws(ArchiveError) -> Result<IDXFile, DatasetError> {
    let beginning = try inflater.read(headerLimit)
    let header: IDXHeader
    do throws(DatasetError) {
      header = try IDXHeader(beginning, path: path, dimensionCounts: dimensionCounts)
      try FileBytes.checkMemory(path, needed: 2 * header.byteCount)
    } catch {
      return .failure(error)
    }
    let rest = header.length + header.byteCount - beginning.count
    let bytes = try beginning.dropFirst(header.length) + inflater.read(max(rest, 0) + 1)
    guard bytes.count == header.byteCount else {
      return .failure(DatasetError(path, .format(.contentLength(expected: header.byteCount))))
    }
    return .success(IDXFile(dimensions: header.dimensions, bytes: Array(bytes)))
  }
}
