/// A JSON key known only at run time.
struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer<AnyKey> {
  /// Every number outside `reserved`, by key; a nested object of numbers gives `outer.inner` keys.
  func numbers(besides reserved: Set<String>) -> [String: Double] {
    var found: [String: Double] = [:]
    for key in allKeys where !reserved.contains(key.stringValue) {
      if let value = try? decode(Double.self, forKey: key) {
        found[key.stringValue] = value
      } else if let nested = try? nestedContainer(keyedBy: AnyKey.self, forKey: key) {
        for inner in nested.allKeys {
          guard let value = try? nested.decode(Double.self, forKey: inner) else { continue }
          found["\(key.stringValue).\(inner.stringValue)"] = value
        }
      }
    }
    return found
  }
}

extension KeyedEncodingContainer<AnyKey> {
  /// Writes the finite numbers whose keys are not `reserved`.
  mutating func encode(_ numbers: [String: Double], besides reserved: Set<String>) throws {
    for (key, value) in numbers where value.isFinite && !reserved.contains(key) {
      try encode(value, forKey: AnyKey(key))
    }
  }
}
