import Foundation
import Records

/// The one JSON dialect of a run folder: sorted snake-case keys, and doubles in the shortest form
/// that reads back to the same bits.
package enum RunJSON {
  /// One line, for JSON Lines files.
  package static func line(_ record: some Encodable) throws(RunStoreError) -> Data {
    try encode(record, formatting: [.sortedKeys, .withoutEscapingSlashes])
  }

  /// Indented, for files that people open.
  package static func document(_ record: some Encodable) throws(RunStoreError) -> Data {
    var data = try encode(
      record, formatting: [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted])
    data.append(UInt8(ascii: "\n"))
    return data
  }

  private static func encode(
    _ record: some Encodable, formatting: JSONEncoder.OutputFormatting
  ) throws(RunStoreError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    do {
      return try encoder.encode(record)
    } catch {
      throw RunStoreError.notRepresentable(record: "\(type(of: record))", reason: brief(error))
    }
  }

  private struct Version: Decodable { let schema: Int }

  /// The document in the file at `url`, or `nil` when there is no file.
  ///
  /// - Parameter known: the newest schema that this program knows.
  package static func read<Record: Decodable>(
    _ type: Record.Type, from url: URL, knownSchema known: Int
  ) throws(RunStoreError) -> Record? {
    guard let data = try AtomicFile.readIfPresent(url) else { return nil }
    // The schema is read alone first: what a newer one means by the other keys is not known.
    do {
      let schema = try JSONDecoder().decode(Version.self, from: data).schema
      if schema > known {
        throw RunStoreError.newerSchema(path: url.path, schema: schema, known: known)
      }
      return try JSONDecoder().decode(type, from: data)
    } catch let error as RunStoreError {
      throw error
    } catch {
      throw .damaged(path: url.path, line: nil, reason: brief(error))
    }
  }

  /// What a decoding or encoding error says, on one line.
  package static func brief(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _):
      "\"\(key.stringValue)\" is missing"
    case DecodingError.typeMismatch(let type, let context),
      DecodingError.valueNotFound(let type, let context):
      "\"\(path(context))\" is not of type \(type)"
    case DecodingError.dataCorrupted(let context) where context.underlyingError is CountError:
      "\"\(path(context))\" is \(context.debugDescription)"
    case DecodingError.dataCorrupted(let context):
      context.codingPath.isEmpty ? "not valid JSON" : "\"\(path(context))\" is not valid"
    case EncodingError.invalidValue(let value, let context):
      "\"\(path(context))\" cannot hold \(value)"
    default:
      "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
    }
  }

  private static func path(_ context: DecodingError.Context) -> String {
    context.codingPath.map(\.stringValue).joined(separator: ".")
  }

  private static func path(_ context: EncodingError.Context) -> String {
    context.codingPath.map(\.stringValue).joined(separator: ".")
  }
}
