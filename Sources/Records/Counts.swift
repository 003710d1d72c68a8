/// Marks, as the underlying error of a `DecodingError.dataCorrupted`, a number that counts nothing; the
/// debug description then says so of it.
package struct CountError: Error {}

extension KeyedDecodingContainer {
  /// A number of things: whole, from 0 to 2⁵³, up to which JSON's readers agree on whole numbers.
  func decodeCount(forKey key: Key) throws -> Int {
    // What no Int can hold is damage without a place to the decoder.
    if let count = try? decode(Int.self, forKey: key) {
      if (0...1 << 53).contains(count) { return count }
      throw countError("\(count)", key)
    }
    if let number = try? decode(Double.self, forKey: key) { throw countError("\(number)", key) }
    return try decode(Int.self, forKey: key)
  }

  private func countError(_ number: String, _ key: Key) -> DecodingError {
    .dataCorrupted(
      .init(
        codingPath: codingPath + [key],
        debugDescription: "\(number), not a count from 0 to 2⁵³", underlyingError: CountError()))
  }
}
