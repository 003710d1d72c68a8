import Foundation
import Hummingbird

/// Decides who may ask what: by the name the server is called, the method, the size of the request, and the token.
struct Gate: Sendable {
  private let hosts: HostName
  private let token: String?

  /// The longest address of a request, in bytes.
  static let longestTarget = 4_096

  init(_ settings: ServerSettings) {
    hosts = HostName(host: settings.host)
    token = settings.token
  }

  /// What is answered in place of what was asked for; nil where the request may pass.
  func refusal(of request: Request) -> Response? {
    guard hosts.includes(request.head.authority) else {
      return Answer.plain(
        .misdirectedRequest,
        "This server is not called by that name. Use the address that it printed.")
    }
    guard request.uri.string.utf8.count <= Self.longestTarget else {
      return Answer.plain(.uriTooLong, "The address is too long.")
    }
    guard request.method == .get || request.method == .head else {
      var response = Answer.plain(.methodNotAllowed, "Only GET and HEAD are answered.")
      response.headers[.allow] = "GET, HEAD"
      return response
    }
    guard let token else { return nil }
    if let given = Parameters.of(request).first(where: { $0.key == "token" })?.value {
      return AccessToken.matches(given, token) ? welcome(request, token) : unknown()
    }
    return isKnown(request, token) ? nil : unknown()
  }

  /// The page that was asked for, by an address without the token, which the cookie holds from here on.
  private func welcome(_ request: Request, _ token: String) -> Response {
    var response = Response(status: .seeOther)
    let rest = Parameters.of(request).filter { $0.key != "token" }
    let path = request.uri.path
    // Two slashes at the start would name another server.
    let own = path.hasPrefix("/") && !path.hasPrefix("//") ? path : "/"
    response.headers[.location] = own + Parameters.query(rest)
    response.headers[.setCookie] =
      "\(AccessToken.cookie)=\(token); HttpOnly; SameSite=Strict; Path=/"
    return response
  }

  private func isKnown(_ request: Request, _ token: String) -> Bool {
    if let header = request.headers[.authorization], header.lowercased().hasPrefix("bearer ") {
      return AccessToken.matches(
        header.dropFirst("bearer ".count).trimmingCharacters(in: .whitespaces), token)
    }
    let cookies = request.headers[values: .cookie].flatMap { $0.split(separator: ";") }
    return cookies.contains { cookie in
      let parts = cookie.split(separator: "=", maxSplits: 1)
      return parts.count == 2 && parts[0].trimmingCharacters(in: .whitespaces) == AccessToken.cookie
        && AccessToken.matches(parts[1].trimmingCharacters(in: .whitespaces), token)
    }
  }

  private func unknown() -> Response {
    var response = Answer.plain(
      .unauthorized,
      "This server asks for its token. Open the address with ?token= that gnomon serve printed, or send the token as a bearer's."
    )
    response.headers[.wwwAuthenticate] = "Bearer"
    return response
  }
}
