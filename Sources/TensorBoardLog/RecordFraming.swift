import Foundation

/// TensorFlow's framing of records in a file: the length in 8 bytes, its masked CRC-32C in 4, the data, and the masked
/// CRC-32C of these in 4; all numbers little-endian (tensorflow/core/lib/io/record_writer.cc).
enum RecordFraming {
  /// A record as it stands in a file.
  static func framed(_ data: Data) -> Data {
    let length = bytes(of: UInt64(data.count))
    var record = Data(capacity: data.count + 16)
    record.append(contentsOf: length)
    record.append(contentsOf: bytes(of: CRC32C.masked(length)))
    record.append(data)
    record.append(contentsOf: bytes(of: CRC32C.masked(data)))
    return record
  }

  /// The data of a file's records, up to an unfinished last one.
  ///
  /// - Returns: nil where a checksum is not that of its bytes.
  static func records(in file: Data) -> [Data]? {
    var records: [Data] = []
    var rest = file[...]
    while rest.count >= 12 {
      let length = rest.prefix(8)
      guard number(rest.dropFirst(8).prefix(4)) == UInt64(CRC32C.masked(length)) else { return nil }
      guard let count = Int(exactly: number(length)), rest.count - 12 >= 4,
        count <= rest.count - 16
      else { break }
      let data = rest.dropFirst(12).prefix(count)
      rest = rest.dropFirst(12 + count)
      guard number(rest.prefix(4)) == UInt64(CRC32C.masked(data)) else { return nil }
      records.append(Data(data))
      rest = rest.dropFirst(4)
    }
    return records
  }

  private static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  private static func number(_ bytes: Data) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
