import Foundation
import Mustache

/// Escapes text for HTML by Unicode scalars.
///
/// The template engine's own escaping goes by characters, and so lets through a quote or bracket
/// that a combining mark follows, which a browser still reads as a quote or bracket.
struct ScalarHTML: MustacheContentType {
  func escapeText(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
      case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
      case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
      case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
      case "\t", "\n", " "...: escaped.append(scalar)
      default: escaped.append("\u{FFFD}")  // Control characters have no place in HTML.
      }
    }
    return String(escaped)
  }
}

/// The page's templates, filled in.
enum Markup {
  private static let registration: Void = MustacheContentTypes.register(
    ScalarHTML(), named: "SCALAR_HTML")

  /// The template called `name` with the values of `context`; `partials` are templates it uses.
  static func render(
    _ name: String, partials: [String], _ context: [String: Any]
  ) throws -> String {
    let texts = try ([name] + partials).map {
      ($0, try ReportResources.text(of: "\($0).mustache"))
    }
    return try render(name, of: Dictionary(texts, uniquingKeysWith: { $1 }), context)
  }

  /// The template called `name` among `templates`, which it may use.
  static func render(
    _ name: String, of templates: [String: String], _ context: [String: Any]
  ) throws -> String {
    _ = registration
    var library = MustacheLibrary()
    for (name, text) in templates { try library.register(text, named: name) }
    guard let page = library.render(context, withTemplate: name) else {
      throw ReportError.missingResource(name: "\(name).mustache")
    }
    return page
  }

  /// JSON that can stand inside a script element: nothing in it can close the element. By bytes, for
  /// the reason that `ScalarHTML` goes by scalars.
  static func scriptSafe(_ json: Data) -> String {
    String(decoding: json.replacing([UInt8(ascii: "<")], with: #"\u003c"#.utf8), as: UTF8.self)
  }
}
