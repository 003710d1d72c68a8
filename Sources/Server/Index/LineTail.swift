import Foundation
import RunStore

/// What a look at a growing file found.
enum TailChange {
  /// Nothing new.
  case same
  /// Lines were added.
  case more
  /// There is another file, or lines were taken away: all was read from the start.
  case restarted
}

/// A file of JSON lines that grows: each look reads what came since the last one. A line that is not whole yet
/// waits for its end, and a line that is no record is passed over.
struct LineTail<Record: Decodable> {
  /// Where the last whole line ended, in bytes.
  private(set) var offset = 0
  /// How many whole lines were no records.
  private(set) var damaged = 0
  private var stamp: FileStamp?

  /// The most that is read at a time, and the longest line: 4 MiB.
  private static var chunk: Int { 4 << 20 }

  /// Reads what is new in the file at `path` and hands on its records in order.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - restart: called before the first record where all is read again.
  ///   - each: takes a record.
  /// - Throws: `PlainFile.Unreadable`.
  mutating func read(
    _ path: String, restart: () -> Void, each: (Record) -> Void
  ) throws -> TailChange {
    var tail = self
    defer { self = tail }
    let change = try PlainFile.with(path) { descriptor, found -> TailChange in
      if found == tail.stamp { return .same }
      var isRestart = false
      if let known = tail.stamp, !found.isSameFile(as: known) || found.size < tail.offset {
        (tail.offset, tail.damaged, isRestart) = (0, 0, true)
        restart()
      }
      tail.stamp = found
      let decoder = JSONDecoder()
      while tail.offset < found.size {
        let data = PlainFile.bytes(
          of: descriptor, from: tail.offset, count: min(Self.chunk, found.size - tail.offset))
        let length = tail.take(data, decoder, each)
        if length == 0 { break }
      }
      return isRestart ? .restarted : .more
    }
    if let change { return change }
    guard tail.stamp != nil else { return .same }
    tail = LineTail()
    restart()
    return .restarted
  }

  /// Takes the whole lines of `data`; the number of bytes that they have.
  private mutating func take(
    _ data: Data, _ decoder: JSONDecoder, _ each: (Record) -> Void
  ) -> Int {
    let newline = UInt8(ascii: "\n")
    guard let end = data.lastIndex(of: newline) else {
      // A line longer than that is none of Gnomon's.
      guard data.count == Self.chunk else { return 0 }
      offset += data.count
      damaged += 1
      return data.count
    }
    let length = end - data.startIndex + 1
    for line in data[..<end].split(separator: newline) {
      if let record = try? decoder.decode(Record.self, from: line) {
        each(record)
      } else {
        damaged += 1
      }
    }
    offset += length
    return length
  }
}

/// The last record of a file of JSON lines, without reading the others.
enum LastLine {
  /// The last whole line's record; nil where there is none in the last mebibyte.
  static func read<Record: Decodable>(_ type: Record.Type, from path: String) -> Record? {
    for size in [8 << 10, 128 << 10, 1 << 20] {
      guard let data = try? PlainFile.tail(path, count: size) else { return nil }
      let newline = UInt8(ascii: "\n")
      if let end = data.lastIndex(of: newline) {
        let lines = data[..<end].split(separator: newline)
        // The first may have lost its beginning.
        for line in lines.reversed() {
          if let record = try? JSONDecoder().decode(type, from: line) { return record }
        }
      }
      if data.count < size { return nil }
    }
    return nil
  }
}
