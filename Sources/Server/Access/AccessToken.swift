import Foundation

/// The secret that readers of a server at an address of a network must know.
public enum AccessToken {
  /// A new one, of 256 random bits.
  public static func make() -> String {
    var random = SystemRandomNumberGenerator()
    return (0..<4).map { _ in
      let digits = String(random.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// Whether both are the same text, in a time that says nothing of where they differ.
  static func matches(_ given: String, _ secret: String) -> Bool {
    let (given, secret) = (Array(given.utf8), Array(secret.utf8))
    var difference = given.count ^ secret.count
    for place in secret.indices {
      difference |= Int(secret[place] ^ (place < given.count ? given[place] : 0))
    }
    return difference == 0
  }

  /// The name of the cookie that holds it.
  static let cookie = "gnomon_token"
}
