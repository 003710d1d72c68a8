import Foundation

/// Named tensors and a few strings in a file of the safetensors format: eight bytes with the length
/// of a JSON header, the header, then the tensors' bytes.
public struct SafeTensors {
  /// The tensors by name.
  public var tensors: [String: Tensor]
  /// The strings of the header's `__metadata__`.
  public var metadata: [String: String]

  /// Tensors and strings to be written.
  public init(_ tensors: [String: Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads a file; the tensors lie over its mapped bytes.
  ///
  /// - Throws: `TorchError`, one line with the path, for a file that is missing, truncated, lies
  ///   about its lengths, has two tensors in one place or bytes of none, or holds a type Gnomon does not know.
  public init(path: String) throws(TorchError) {
    let file = try MappedFile(path: path)
    let refuse = { (what: String) in
      TorchError("\(path) is not a readable safetensors file: \(what)")
    }
    guard file.bytes.count >= 8 else { throw refuse("it ends before its header") }
    let length = file.bytes.loadUnaligned(as: UInt64.self).littleEndian
    guard length <= UInt64(file.bytes.count - 8) else {
      throw refuse("its header ends beyond the file")
    }
    let bodyStart = 8 + Int(length)
    let header = Data(file.bytes[8..<bodyStart])
    guard let entries = try? JSONDecoder().decode([String: Entry].self, from: header) else {
      throw refuse("its header is not the JSON it should be")
    }
    tensors = [:]
    metadata = [:]
    var places: [(range: Range<Int>, name: String)] = []
    for (name, entry) in entries {
      guard name != "__metadata__" else {
        metadata = entry.strings
        continue
      }
      guard let dtype = SafeTensors.names.first(where: { $0.value == entry.dtype })?.key else {
        throw refuse("tensor '\(name)' has the unknown type '\(entry.dtype ?? "")'")
      }
      guard let shape = entry.shape, let range = entry.dataOffsets, range.count == 2,
        let byteCount = MappedFile.byteCount(shape, dtype), range[0] >= 0,
        range[1] >= range[0], range[1] - range[0] == byteCount,
        range[1] <= file.bytes.count - bodyStart
      else { throw refuse("the place of tensor '\(name)' is wrong or beyond the end of the file") }
      tensors[name] = file.tensor(at: bodyStart + range[0], shape: shape, dtype: dtype)
      if byteCount > 0 { places.append((range[0]..<range[1], name)) }
    }
    places.sort { $0.range.lowerBound < $1.range.lowerBound }
    // Writing through a tensor would change the other one too.
    for (left, right) in zip(places, places.dropFirst())
    where left.range.upperBound > right.range.lowerBound {
      throw refuse("tensors '\(left.name)' and '\(right.name)' overlap")
    }
    let taken = places.reduce(0) { $0 + $1.range.count }
    guard taken == file.bytes.count - bodyStart else {
      throw refuse("\(file.bytes.count - bodyStart - taken) of its bytes belong to no tensor")
    }
  }

  /// Hands the file's bytes, piece by piece, to `append`: sorted by name, so that equal tensors give
  /// equal files.
  public func encode<Failed: Error>(
    into append: (UnsafeRawBufferPointer) throws(Failed) -> Void
  ) throws(Failed) {
    let names = tensors.keys.sorted()
    var entries: [String: Entry] = [:]
    if !metadata.isEmpty { entries["__metadata__"] = Entry(strings: metadata) }
    var offset = 0
    for name in names {
      guard let tensor = tensors[name] else { continue }
      let end = offset + tensor.count * tensor.dtype.byteCount
      entries[name] = Entry(
        dtype: SafeTensors.names[tensor.dtype], shape: tensor.shape, dataOffsets: [offset, end])
      offset = end
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard var header = try? encoder.encode(entries) else {
      fatalError("a header of strings and whole numbers could not be encoded")
    }
    header.append(contentsOf: [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8))
    let lengthAndHeader =
      withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
    // Closures with typed errors do not pass through rethrowing standard functions yet.
    var failure: Failed?
    lengthAndHeader.withUnsafeBytes { bytes in
      do throws(Failed) { try append(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    for name in names {
      if let tensor = tensors[name] { try tensor.withBytes(append) }
    }
  }

  private static let names: [DType: String] = [
    .uint8: "U8", .int8: "I8", .int16: "I16", .int32: "I32", .int64: "I64", .float16: "F16",
    .bfloat16: "BF16", .float32: "F32", .float64: "F64", .bool: "BOOL",
  ]

  /// An entry of the header: a tensor's place, or the strings of `__metadata__`.
  private struct Entry: Codable {
    var dtype: String?
    var shape: [Int]?
    var dataOffsets: [Int]?
    var strings: [String: String] = [:]

    enum CodingKeys: String, CodingKey {
      case dtype
      case shape
      case dataOffsets = "data_offsets"
    }

    init(strings: [String: String]) { self.strings = strings }

    init(dtype: String?, shape: [Int], dataOffsets: [Int]) {
      self.dtype = dtype
      self.shape = shape
      self.dataOffsets = dataOffsets
    }

    init(from decoder: any Decoder) throws {
      if let strings = try? decoder.singleValueContainer().decode([String: String].self) {
        self.strings = strings
        return
      }
      let container = try decoder.container(keyedBy: CodingKeys.self)
      dtype = try container.decode(String.self, forKey: .dtype)
      shape = try container.decode([Int].self, forKey: .shape)
      dataOffsets = try container.decode([Int].self, forKey: .dataOffsets)
    }

    func encode(to encoder: any Encoder) throws {
      guard let dtype else {
        var container = encoder.singleValueContainer()
        try container.encode(strings)
        return
      }
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(dtype, forKey: .dtype)
      try container.encode(shape, forKey: .shape)
      try container.encode(dataOffsets, forKey: .dataOffsets)
    }
  }
}
