import Archives
import Foundation

/// The numeric arrays of a MATLAB 5 file (MathWorks, *MAT-File Format*, level 5), compressed or not.
struct MATLABFile {
  private let path: String
  private var arrays: [String: MATLABArray] = [:]

  /// Reads a file. Sizes are held against the bytes that are there; what is compressed takes memory as it
  /// comes.
  init(path: String) throws(DatasetError) {
    self.path = path
    let bytes = try FileBytes.readAll(path, factor: 2)
    do throws(MATLABFault) {
      try read(MATLABElements(header: bytes))
    } catch {
      throw DatasetError(path, .format(.matlab(error)))
    }
  }

  /// The real, dense array of a name.
  func array(_ name: String) throws(DatasetError) -> MATLABArray {
    guard let array = arrays[name] else {
      throw DatasetError(path, .format(.entry(name, expected: "an array of numbers")))
    }
    return array
  }

  private mutating func read(_ file: MATLABElements) throws(MATLABFault) {
    var elements = file
    while let element = try elements.next() {
      switch element.type {
      case 14: try take(MATLABElements(element.bytes, isBigEndian: file.isBigEndian))
      case 15:
        let matrix = try MATLABFile.decompressed(element.bytes, isBigEndian: file.isBigEndian)
        try take(MATLABElements(matrix, isBigEndian: file.isBigEndian))
      default: continue
      }
    }
  }

  private mutating func take(_ parts: MATLABElements) throws(MATLABFault) {
    guard let (name, array) = try MATLABArray.read(parts) else { return }
    arrays[name] = array
  }

  /// The content of the one matrix in compressed bytes.
  private static func decompressed(
    _ bytes: ArraySlice<UInt8>, isBigEndian: Bool
  ) throws(MATLABFault) -> ArraySlice<UInt8> {
    let inflater = try compressed { () throws(ArchiveError) in try Inflater(bytes, .zlib) }
    let beginning = try compressed { () throws(ArchiveError) in try inflater.read(8) }
    let tag = MATLABElements(beginning[...], isBigEndian: isBigEndian).longTag
    guard let (type, count) = tag, type == 14 else { return [] }
    // Once as they come, and once more while the array of them grows.
    guard 2 * UInt64(count) < ProcessInfo.processInfo.physicalMemory else {
      throw .memory(needed: 2 * count)
    }
    let content = try compressed { () throws(ArchiveError) in try inflater.read(count) }
    guard content.count == count else { throw .truncated }
    return content[...]
  }

  private static func compressed<Value>(
    _ read: () throws(ArchiveError) -> Value
  ) throws(MATLABFault) -> Value {
    do throws(ArchiveError) {
      return try read()
    } catch {
      throw .compressed(error)
    }
  }
}

/// Why a file is no readable MATLAB 5 file.
public enum MATLABFault: Error, Equatable, Sendable {
  /// It does not begin as one.
  case notMATLAB
  /// It is of version 7.3, which is another format, HDF5.
  case version73
  /// It ends within an element, or an element claims more than is there.
  case truncated
  /// An array's parts do not fit each other.
  case inconsistent(array: String)
  /// Compressed data is not read.
  case compressed(ArchiveError)
  /// A compressed array takes more bytes than the machine's memory has room for.
  case memory(needed: Int)

  var reason: String {
    switch self {
    case .notMATLAB: "it does not begin as one"
    case .version73: "it is of version 7.3; save it with -v7"
    case .truncated: "it ends too early"
    case .inconsistent(let array): "the parts of array \(array) do not fit each other"
    case .compressed(let error): "\(error)"
    case .memory(let needed): "it claims an array that takes \(needed) bytes of memory"
    }
  }
}
