import Foundation
import Records

/// Reading of JSON Lines: one object a line.
package enum JSONLines {
  /// The records of the file at `url` in order; none when there is no file. An unfinished last
  /// line, as a killed process leaves it, is dropped; damage elsewhere is an error.
  package static func read<Record: Decodable>(
    _ type: Record.Type, from url: URL
  ) throws(RunStoreError) -> [Record] {
    guard let data = try AtomicFile.readIfPresent(url) else { return [] }
    return try decode(type, from: data, path: url.path).map(\.record)
  }

  /// The records in `data`, each with the bytes of its line, the line's end left out.
  static func decode<Record: Decodable>(
    _ type: Record.Type, from data: Data, path: String
  ) throws(RunStoreError) -> [(line: Data, record: Record)] {
    let decoder = JSONDecoder()
    let newline = UInt8(ascii: "\n")
    let lines = data.split(separator: newline, omittingEmptySubsequences: false)
    var records: [(line: Data, record: Record)] = []
    for (index, line) in lines.enumerated() where !line.allSatisfy(isBlank) {
      do {
        records.append((line, try decoder.decode(type, from: line)))
      } catch {
        // Every whole line ends in a newline, so only an unfinished one is last after splitting.
        if index == lines.count - 1 && !isDocument(line) { break }
        throw .damaged(path: path, line: index + 1, reason: RunJSON.brief(error))
      }
    }
    return records
  }

  /// Whether `line` is a whole JSON object.
  static func isDocument(_ line: Data) -> Bool {
    (try? JSONDecoder().decode([String: JSONValue].self, from: line)) != nil
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }
}
