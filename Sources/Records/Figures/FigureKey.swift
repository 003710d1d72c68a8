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

  /// The number N of a member `pcaN`: from 1 up, without leading zeros.
  public static func componentCount(of member: String) -> Int? { index(of: member, after: "pca") }

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

  /// Whether a layer can have that name: `stage1`, `block1`, …, `h`, `head.1`, `head.2`, …, `z`.
  public static func isLayer(_ name: String) -> Bool {
    name == "h" || name == "z" || isTrunkLayer(name) || index(of: name, after: "head.") != nil
  }

  /// Whether it is the name of a layer before h: `stage1`, … of a ResNet, `block1`, … of a vision transformer.
  public static func isTrunkLayer(_ name: String) -> Bool { trunkIndex(of: name) != nil }

  /// The number of a layer before h; nil for another name.
  public static func trunkIndex(of name: String) -> Int? {
    index(of: name, after: "stage") ?? index(of: name, after: "block")
  }

  private static func index(of name: String, after prefix: String) -> Int? {
    guard name.hasPrefix(prefix), let index = Int(name.dropFirst(prefix.count)) else { return nil }
    return index > 0 && name == "\(prefix)\(index)" ? index : nil
  }
}
