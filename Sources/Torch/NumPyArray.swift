import Foundation
import NumPyFormat

/// Arrays in NumPy's .npy files, versions 1 to 3.
public enum NumPyArray {
  /// Reads an array; a row-major, little-endian one lies over the file's mapped bytes.
  ///
  /// - Parameters:
  ///   - path: the file's.
  ///   - rows: positions along the first dimension to read, all unless given. Of a row-major
  ///     file no other bytes are touched, and the file is mapped only as long as the tensor lives: so one
  ///     longer than memory is read a part at a time. Traps where there are no such rows.
  ///     Whole numbers without a sign and of more than a byte are copied, as `int64`.
  /// - Throws: `TorchError`, one line with the path, for a file that is missing, truncated, no
  ///   .npy file, or holds objects or a type Gnomon does not know.
  public static func read(
    path: String, rows: Range<Int>? = nil
  ) throws(TorchError) -> Tensor {
    let file = try MappedFile(path: path)
    let header = try Header(of: file)
    guard header.isColumnMajor else {
      return try header.signed(
        header.rowMajorTensor(in: file, rows: rows ?? 0..<(header.shape.first ?? 1)), path)
    }
    let array = try header.signed(header.columnMajorTensor(in: file), path)
    return rows.map { array[$0] } ?? array
  }

  /// The lengths of the array's dimensions, from the file's header alone.
  ///
  /// - Throws: as `read`.
  public static func shape(path: String) throws(TorchError) -> [Int] {
    try Header(of: MappedFile(path: path)).shape
  }

  /// The bytes of a version-1 file that holds a tensor. Traps for bfloat16, which NumPy lacks.
  public static func encode(_ tensor: Tensor) -> Data {
    guard let name = names[tensor.dtype] else { fatalError("NumPy has no \(tensor.dtype)") }
    let order = tensor.dtype.byteCount == 1 ? "|" : "<"
    let lengths = tensor.shape.map { "\($0)," }.joined(separator: " ")
    var header = "{'descr': '\(order)\(name)', 'fortran_order': False, 'shape': (\(lengths)), }"
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    var data = Data([0x93] + "NUMPY".utf8 + [1, 0])
    withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: header.utf8)
    tensor.withBytes { data.append(contentsOf: $0) }
    return data
  }

  /// Types without a sign that tensors lack, as those of their bytes.
  fileprivate static let unsigned: [String: DType] = ["u2": .int16, "u4": .int32, "u8": .int64]

  fileprivate static let names: [DType: String] = [
    .uint8: "u1", .int8: "i1", .int16: "i2", .int32: "i4", .int64: "i8", .float16: "f2",
    .float32: "f4", .float64: "f8", .bool: "b1",
  ]
}

/// What a .npy file says of the array in it, checked against the file's length.
private struct Header {
  /// The type of the elements; that of as many bytes with a sign where they have none and are longer than a byte.
  let dtype: DType
  private let isUnsigned: Bool
  let isBigEndian: Bool
  let isColumnMajor: Bool
  let shape: [Int]
  /// Where the elements begin.
  private let start: Int

  init(of file: MappedFile) throws(TorchError) {
    let path = file.path
    let refuse = { (what: String) in TorchError("\(path) is not a readable .npy file: \(what)") }
    let bytes = UnsafeRawBufferPointer(file.bytes)
    let header: NumPyHeader
    do throws(NumPyHeaderError) {
      header = try NumPyHeader(bytes)
    } catch {
      throw refuse("\(error)")
    }
    let unsigned = NumPyArray.unsigned[header.type]
    guard
      let dtype = unsigned ?? NumPyArray.names.first(where: { $0.value == header.type })?.key
    else { throw refuse("type '\(header.type)' is not supported") }
    isUnsigned = unsigned != nil
    guard let byteCount = MappedFile.byteCount(header.shape, dtype),
      byteCount <= bytes.count - header.start
    else { throw refuse("it is shorter than its shape \(header.shape) says") }
    self.dtype = dtype
    shape = header.shape
    start = header.start
    isBigEndian = header.isBigEndian
    isColumnMajor = header.isColumnMajor
  }

  func rowMajorTensor(in file: MappedFile, rows: Range<Int>) -> Tensor {
    precondition(
      0 <= rows.lowerBound && rows.upperBound <= shape.first ?? 1, "rows \(rows) of \(shape)")
    let rowBytes = shape.dropFirst().reduce(dtype.byteCount, *)
    let offset = start + rows.lowerBound * rowBytes
    if isBigEndian { reverseElements(in: file.bytes, from: offset, rows.count * rowBytes) }
    let partShape = shape.isEmpty ? [] : [rows.count] + shape.dropFirst()
    return file.tensor(at: offset, shape: partShape, dtype: dtype)
  }

  func columnMajorTensor(in file: MappedFile) -> Tensor {
    let byteCount = shape.reduce(dtype.byteCount, *)
    if isBigEndian { reverseElements(in: file.bytes, from: start, byteCount) }
    let transposed = file.tensor(at: start, shape: shape.reversed(), dtype: dtype)
    return transposed.permuted(Array((0..<shape.count).reversed()))
  }

  /// The array with the signs that its elements have.
  func signed(_ tensor: Tensor, _ path: String) throws(TorchError) -> Tensor {
    guard isUnsigned else { return tensor }
    let values = tensor.scalars(Int.self)
    guard values.contains(where: { $0 < 0 }) else { return tensor.to(.int64) }
    guard dtype != .int64 else {
      throw TorchError("\(path) holds whole numbers above \(Int.max), which are not read")
    }
    let modulus = 1 << (8 * dtype.byteCount)
    return Tensor(values.map { $0 < 0 ? $0 + modulus : $0 }, shape: tensor.shape)
  }

  private func reverseElements(
    in bytes: UnsafeMutableRawBufferPointer, from offset: Int, _ count: Int
  ) {
    for element in stride(from: offset, to: offset + count, by: dtype.byteCount) {
      bytes[element..<element + dtype.byteCount].reverse()
    }
  }
}
