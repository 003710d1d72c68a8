import Foundation
import Hummingbird

/// The parameters of an address.
enum Parameters {
  /// The most that are read.
  private static let most = 128

  /// Those of a request, decoded, in order.
  static func of(_ request: Request) -> [(key: String, value: String)] {
    parse(request.uri.query ?? "")
  }

  /// Those of a text as forms send it.
  static func parse(_ query: String) -> [(key: String, value: String)] {
    query.split(separator: "&").prefix(most).map { part in
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (decoded(sides[0]), sides.count > 1 ? decoded(sides[1]) : "")
    }
  }

  /// The query that says `parameters`, with its question mark; empty without any.
  static func query(_ parameters: [(key: String, value: String)]) -> String {
    if parameters.isEmpty { return "" }
    return "?" + parameters.map { "\(encoded($0.key))=\(encoded($0.value))" }.joined(separator: "&")
  }

  private static func decoded(_ text: Substring) -> String {
    let spaced = String(text).replacing("+", with: " ")
    return spaced.removingPercentEncoding ?? spaced
  }

  private static let plain = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

  private static func encoded(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
  }
}
