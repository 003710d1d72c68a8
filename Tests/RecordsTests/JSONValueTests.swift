import Foundation
import Records
import Testing

@Suite("A JSON value")
struct JSONValueTests {
  let document: JSONValue = [
    "name": "a \"quoted\" </script> name\n", "strength": 0.1, "epochs": 8, "resume": nil,
    "quiet": false, "head": ["hidden": [128, 128], "output": 64], "empty": [], "none": [:],
  ]

  @Test("survives writing and reading")
  func roundTrip() throws {
    let data = try JSONEncoder().encode(document)
    #expect(try JSONDecoder().decode(JSONValue.self, from: data) == document)
  }

  @Test("reads every kind as itself")
  func kinds() throws {
    let json = Data(#"[null, true, 3, 3.5, "x", [0], {"a": 0}, -0.25e-3]"#.utf8)
    let value = try JSONDecoder().decode(JSONValue.self, from: json)
    #expect(value == [nil, true, 3, 3.5, "x", [0], ["a": 0], -0.00025])
  }

  @Test("reads integers beyond 64 bits as doubles")
  func largeIntegers() throws {
    let json = Data("[9223372036854775807, 92233720368547758070]".utf8)
    let value = try JSONDecoder().decode(JSONValue.self, from: json)
    #expect(value == .array([.integer(.max), .double(9.223372036854775807e19)]))
  }

  @Test("holds one and the same number whole or with a fraction of zero")
  func numericEquality() {
    #expect(JSONValue.integer(2) == .double(2))
    #expect(JSONValue.integer(2) != .double(2.5))
    #expect(JSONValue.integer(1) != .bool(true))
    #expect(JSONValue.null != .object([:]))
  }

  @Test("is looked into by key")
  func lookup() {
    #expect(document["head"]?["output"]?.doubleValue == 64)
    #expect(document["strength"]?.doubleValue == 0.1)
    #expect(document["name"]?.stringValue?.hasPrefix("a ") == true)
    #expect(document["absent"] == nil)
    #expect(document["quiet"]?["x"] == nil)
    #expect(document["quiet"]?.doubleValue == nil)
  }

  @Test("leaves numbers that JSON cannot hold out of objects and writes them as null elsewhere")
  func notFinite() throws {
    let value = JSONValue.object([
      "a": .double(.nan), "b": 1, "c": .array([.double(.infinity), 2]),
    ])
    let data = try JSONEncoder().encode(value)
    #expect(
      try JSONDecoder().decode(JSONValue.self, from: data) == ["b": 1, "c": [nil, 2]])
  }

  @Test("nested without end is an error and not a crash")
  func depth() {
    let json = Data(String(repeating: "[", count: 100_000).utf8)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(JSONValue.self, from: json)
    }
  }
}
