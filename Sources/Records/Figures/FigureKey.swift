/// The grammar of figures' keys: parts between dots, the last of which may be a rank, `rR`.
public enum FigureKey {
  /// `key` and what is left of it as its parts after dots are taken off, one after the other.
  public static func prefixes(of key: String) -> [String] {
    var prefixes = [key]
    var rest = key[...]
    while let dot = rest.lastIndex(of: ".") {
      rest = rest[..<dot]
      prefixes.append(String(rest))
    }
    return prefixes
  }

  /// The number R of a key that ends in `rR`.
  public static func rank(of key: String) -> Int? {
    guard let last = key.split(separator: ".").last, last.first == "r" else { return nil }
    let digits = last.dropFirst()
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    return Int(digits)
  }

  /// The strength that a member begins with, as text, and what follows it.
  public static func fixedStrength(of member: String) -> (strength: String?, rest: String) {
    let parts = member.split(separator: ".", omittingEmptySubsequences: false)
    for count in [2, 1] where parts.count >= count {
      let strength = parts.prefix(count).joined(separator: ".")
      if Double(strength) != nil {
        return (strength, parts.dropFirst(count).joined(separator: "."))
      }
    }
    return (nil, member)
  }

  /// Whether a layer can have that name: `h`, `head.1`, `head.2`, …, `z`.
  public static func isLayer(_ name: String) -> Bool {
    if name == "h" || name == "z" { return true }
    guard name.hasPrefix("head."), let index = Int(name.dropFirst("head.".count)) else {
      return false
    }
    return index > 0 && name == "head.\(index)"
  }
}
