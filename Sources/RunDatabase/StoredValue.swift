import Foundation
import Records
import RunStore
internal import GRDB

/// A JSON value as two columns: `value`, which compares in SQL as one expects, and `type`, without
/// which a truth value could not be told from a number.
struct StoredValue {
  let value: DatabaseValue
  let type: String

  /// Objects and arrays become JSON text.
  init(_ json: JSONValue) throws(RunStoreError) {
    switch json {
    case .null: (value, type) = (.null, "null")
    case .bool(let flag): (value, type) = (flag.databaseValue, "bool")
    case .integer(let number): (value, type) = (number.databaseValue, "integer")
    case .double(let number): (value, type) = (number.databaseValue, "real")
    case .string(let text): (value, type) = (text.databaseValue, "text")
    case .array, .object: (value, type) = (try RunJSON.text(json).databaseValue, "json")
    }
  }

  /// The value that the two columns stand for.
  static func json(_ value: DatabaseValue, type: String) throws -> JSONValue {
    switch (type, value.storage) {
    case ("bool", .int64(let number)): .bool(number != 0)
    case ("json", .string(let text)): try RunJSON.value(text)
    case (_, .int64(let number)): .integer(Int(number))
    case (_, .double(let number)): .double(number)
    case (_, .string(let text)): .string(text)
    default: .null
    }
  }
}

extension RunJSON {
  /// One line of text, for a column.
  static func text(_ record: some Encodable) throws(RunStoreError) -> String {
    String(decoding: try line(record), as: UTF8.self)
  }

  /// The record in a column's text.
  static func value<Record: Decodable>(
    _ text: String, as type: Record.Type = Record.self
  ) throws -> Record {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }
}
