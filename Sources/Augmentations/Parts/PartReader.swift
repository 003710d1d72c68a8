/// The settings of one part in a configuration file.
struct PartReader {
  private let part: String
  private let fields: KeyedDecodingContainer<PartKey>

  init(part key: PartKey, of policy: KeyedDecodingContainer<PartKey>) throws(PolicyError) {
    guard let fields = try? policy.nestedContainer(keyedBy: PartKey.self, forKey: key) else {
      throw .malformed(part: key.stringValue, expected: .settings)
    }
    part = key.stringValue
    self.fields = fields
  }

  /// Refuses keys that the part does not take.
  func allow(_ keys: [String]) throws(PolicyError) {
    let unknown = fields.allKeys.map(\.stringValue).sorted().first { !keys.contains($0) }
    if let unknown { throw .unknownKey(unknown, part: part, allowed: keys) }
  }

  func number(_ key: String) throws(PolicyError) -> Float? {
    try field(key, Float.self, expected: .number)
  }

  func flag(_ key: String) throws(PolicyError) -> Bool? {
    try field(key, Bool.self, expected: .flag)
  }

  /// A whole number of pixels.
  func pixels(_ key: String) throws(PolicyError) -> Int? {
    guard let number = try number(key) else { return nil }
    guard 0...65536 ~= number else {
      throw .malformed(part: "\(part): \(key)", expected: .pixels)
    }
    return Int(number)
  }

  func range(_ key: String) throws(PolicyError) -> ClosedRange<Float>? {
    guard let bounds = try field(key, [Float].self, expected: .twoNumbers) else { return nil }
    guard bounds.count == 2, bounds[0] <= bounds[1], bounds.allSatisfy(\.isFinite) else {
      throw .malformed(part: "\(part): \(key)", expected: .twoRisingNumbers)
    }
    return bounds[0]...bounds[1]
  }

  /// A number without which the part means nothing.
  func required(_ key: String) throws(PolicyError) -> Float {
    guard let number = try number(key) else { throw .missing(key: key, part: part) }
    return number
  }

  /// A range, which must be there, and how often the part acts: always unless said otherwise.
  func amount() throws(PolicyError) -> Policy.Part {
    guard let range = try range("range") else { throw .missing(key: "range", part: part) }
    return Policy.Part(range, probability: try number("probability") ?? 1)
  }

  private func field<Value: Decodable>(
    _ key: String, _ type: Value.Type, expected: PolicyError.Expectation
  ) throws(PolicyError) -> Value? {
    do {
      return try fields.decodeIfPresent(type, forKey: PartKey(key))
    } catch {
      throw .malformed(part: "\(part): \(key)", expected: expected)
    }
  }
}

/// Writes the settings of one part as `PartReader` reads them.
struct PartWriter {
  private var fields: KeyedEncodingContainer<PartKey>

  init(part: String, in policy: inout KeyedEncodingContainer<PartKey>) {
    fields = policy.nestedContainer(keyedBy: PartKey.self, forKey: PartKey(part))
  }

  mutating func write(_ value: some Encodable, forKey key: String) throws {
    try fields.encode(value, forKey: PartKey(key))
  }

  mutating func write(_ range: ClosedRange<Float>, forKey key: String) throws {
    try write([range.lowerBound, range.upperBound], forKey: key)
  }

  mutating func write(_ amount: Policy.Part) throws {
    try write(amount.range, forKey: "range")
    try write(amount.probability, forKey: "probability")
    if amount.isLogarithmic { try write(true, forKey: "logarithmic") }
  }
}

/// Any key of a mapping.
struct PartKey: CodingKey, ExpressibleByStringLiteral, Equatable {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init(stringLiteral value: String) { stringValue = value }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
