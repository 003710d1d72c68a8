import Archives
import NumPyFormat

/// The arrays of a .npz file, or of a folder's .npy and .npz files, by their names.
struct NumPyArrays {
  private enum Place {
    case file(String)
    case member(String, of: String)
  }

  private var places: [String: Place] = [:]
  /// Where arrays lie whose names other ones have, which are taken.
  private var repeated: [String] = []

  /// Finds the arrays; their bytes are read when they are asked for.
  init(_ path: String) throws(DatasetError) {
    if FileBytes.isFolder(path) {
      for name in try FileNames.visible(in: path) {
        if let stem = NumPyArrays.stem(name, ".npy") {
          put(.file("\(path)/\(name)"), as: stem)
        } else if let stem = NumPyArrays.stem(name, ".npz") {
          try add("\(path)/\(name)", prefix: NumPyArrays.splits.contains(stem) ? stem + "_" : "")
        }
      }
    } else if NumPyArrays.stem(path, ".npz") != nil {
      guard FileBytes.size(of: path) != nil else { throw DatasetError(path, .noFile()) }
      try add(path, prefix: "")
    } else if let stem = NumPyArrays.stem(path, ".npy") {
      guard FileBytes.size(of: path) != nil else { throw DatasetError(path, .noFile()) }
      let name = stem.split(separator: "/").last.map(String.init) ?? stem
      places[["x", "images"].contains(name) ? name : "images"] = .file(path)
    } else {
      throw .noFolder(at: path)
    }
  }

  /// The arrays' names, sorted.
  var names: [String] { places.keys.sorted() }

  /// Whether there is an array of a name.
  func contains(_ name: String) -> Bool { places[name] != nil }

  /// The array of a name, whatever its letters' case; nil where there is none.
  func array(_ name: String) throws(DatasetError) -> NumPyStored? {
    switch places[name] {
    case nil: nil
    case .file(let path): try NumPyStored(path: path)
    case .member(let member, let path): try NumPyStored(member: member, of: path)
    }
  }

  /// What is said of arrays other than the ones that were taken; nothing where there are none.
  func remarks(taken: Set<String>) -> [String] {
    let left = names.filter { !taken.contains($0) }.compactMap { places[$0].map(NumPyArrays.text) }
    return (left + repeated).sorted().map { "\($0): not used" }
  }

  private static func text(_ place: Place) -> String {
    switch place {
    case .file(let path): path
    case .member(let member, let path): "\(path) (\(member))"
    }
  }

  private mutating func put(_ place: Place, as name: String) {
    if let other = places.updateValue(place, forKey: name) {
      repeated.append(NumPyArrays.text(other))
    }
  }

  private static let splits = ["train", "training", "val", "valid", "validation", "test"]

  private static func stem(_ name: String, _ suffix: String) -> String? {
    let lower = name.lowercased()
    return lower.hasSuffix(suffix) ? String(lower.dropLast(suffix.count)) : nil
  }

  private mutating func add(_ path: String, prefix: String) throws(DatasetError) {
    let members = Result { () throws(ArchiveError) in
      let archive = try ArchiveReader(path: path, .zip)
      var names: [String] = []
      while let member = try archive.next() { names.append(member.name) }
      return names
    }
    for member in try members.mapError({ DatasetError(path, .format(.archive($0))) }).get() {
      if let stem = NumPyArrays.stem(member, ".npy") {
        put(.member(member, of: path), as: prefix + stem)
      }
    }
  }
}

/// One array of NumPy, row-major, with its bytes.
struct NumPyStored {
  /// The file, and the member of an archive.
  let place: String
  let header: NumPyHeader
  let bytes: StoredBytes

  /// An array's file, whose elements are read when they are needed.
  init(path: String) throws(DatasetError) {
    place = path
    guard let size = FileBytes.size(of: path),
      let beginning = FileBytes.read(path, count: min(size, NumPyHeader.longest))
    else { throw DatasetError(path, .unreadable) }
    header = try NumPyStored.header(beginning, path)
    let count = try NumPyStored.byteCount(header, path)
    guard size - header.start == count else {
      throw DatasetError(path, .format(.contentLength(expected: count)))
    }
    bytes = StoredBytes(path: path, offset: header.start, count: count)
  }

  /// An archive's member, read into memory as its bytes come.
  init(member name: String, of path: String) throws(DatasetError) {
    let place = "\(path) (\(name))"
    self.place = place
    let opened = Result { () throws(ArchiveError) in
      let archive = try ArchiveReader(path: path, .zip)
      while let member = try archive.next(), member.name != name { continue }
      return (archive, try archive.read(NumPyHeader.longest))
    }
    let (archive, beginning) = try NumPyStored.located(opened, place)
    header = try NumPyStored.header(beginning, place)
    let count = try NumPyStored.byteCount(header, place)
    try FileBytes.checkMemory(place, needed: 2 * count)
    let missing = max(0, header.start + count - beginning.count)
    let rest = Result { () throws(ArchiveError) in try archive.read(missing + 1) }
    let all = beginning.dropFirst(header.start) + (try NumPyStored.located(rest, place))
    guard all.count == count else {
      throw DatasetError(place, .format(.contentLength(expected: count)))
    }
    bytes = StoredBytes(all)
  }

  private static func located<Value>(
    _ result: Result<Value, ArchiveError>, _ place: String
  ) throws(DatasetError) -> Value {
    try result.mapError { DatasetError(place, .format(.archive($0))) }.get()
  }

  private static func header(
    _ beginning: [UInt8], _ place: String
  ) throws(DatasetError) -> NumPyHeader {
    let header = beginning.withUnsafeBytes { bytes in
      Result { () throws(NumPyHeaderError) in try NumPyHeader(bytes) }
    }
    return try header.mapError { DatasetError(place, .format(.array($0))) }.get()
  }

  private static func byteCount(
    _ header: NumPyHeader, _ place: String
  ) throws(DatasetError) -> Int {
    guard !header.isColumnMajor || header.shape.count < 2 else {
      throw DatasetError(place, .format(.columnMajor))
    }
    let width = Int(header.type.dropFirst()) ?? 0
    guard let count = header.elementCount, 1...16 ~= width, count <= Int.max / 64 else {
      throw DatasetError(place, .format(.array(.noPlainArray)))
    }
    return count * width
  }

  /// Refuses elements of any other than these types.
  func require(type types: [String], _ expected: String) throws(DatasetError) {
    guard types.contains(header.type) else {
      throw DatasetError(place, .format(.elementType(header.type, expected: expected)))
    }
  }

  /// The array as labels: whole numbers from 0, N or N × 1.
  func labels() throws(DatasetError) -> [Int] {
    try require(type: ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "b1"], "whole numbers")
    let shape = header.shape
    guard shape.count == 1 || shape.count == 2 && shape[1] == 1 else {
      throw DatasetError(place, .format(.shape(shape, expected: "one label an image")))
    }
    let width = Int(header.type.dropFirst()) ?? 1
    let isSigned = header.type.hasPrefix("i")
    let elements: [UInt8]
    do throws(SkippedFile) {
      elements = try bytes.all()
    } catch {
      throw DatasetError(place, .unreadable)
    }
    var labels: [Int] = []
    labels.reserveCapacity(elements.count / width)
    for start in stride(from: 0, to: elements.count, by: width) {
      let element = elements[start..<start + width]
      let ordered = header.isBigEndian ? Array(element) : element.reversed()
      let isNegative = isSigned && ordered[0] >= 128
      let label = ordered.reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
      guard 0...FormatFault.lastLabel ~= label else {
        throw DatasetError(place, .format(.label(label)))
      }
      labels.append(label)
    }
    return labels
  }
}
