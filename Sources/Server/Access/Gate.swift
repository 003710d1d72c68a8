import Foundation
import HTTPTypes
import Hummingbird

/// Decides who may ask what: by the name the server is called, the method, the size of the request, and the token.
struct Gate: Sendable {
  private let hosts: HostName
  private let token: String?
  /// What a page that changes something sends with it: a page of elsewhere can neither read nor guess it.
  let forgeryToken = AccessToken.make()

  /// The longest address of a request, in bytes.
  static let longestTarget = 4_096

  init(_ settings: ServerSettings) {
    hosts = HostName(host: settings.host)
    token = settings.token
  }

  /// What is answered in place of what was asked for; nil where the request may pass.
  ///
  /// - Parameters:
  ///   - request: the request.
  ///   - methods: what is answered at its address.
  func refusal(of request: Request, _ methods: [HTTPRequest.Method]) -> Response? {
    guard hosts.includes(request.head.authority) else {
      return Answer.plain(
        .misdirectedRequest,
        "This server is not called by that name. Use the address that it printed.")
    }
    guard request.uri.string.utf8.count <= Self.longestTarget else {
      return Answer.plain(.uriTooLong, "The address is too long.")
    }
    guard methods.contains(request.method) else {
      let allowed = methods.map(\.rawValue).joined(separator: ", ")
      var response = Answer.plain(.methodNotAllowed, "Only \(allowed) are answered here.")
      response.headers[.allow] = allowed
      return response
    }
    if request.method != .get, request.method != .head, !isOwn(request) {
      return Answer.plain(.forbidden, "A page of elsewhere may change nothing here.")
    }
    guard let token else { return nil }
    if let given = Parameters.of(request).first(where: { $0.key == "token" })?.value {
      return AccessToken.matches(given, token) ? welcome(request, token) : unknown()
    }
    return isKnown(request, token) ? nil : unknown()
  }

  /// Whether a request that changes something comes from a page of this server, or from no page at all.
  private func isOwn(_ request: Request) -> Bool {
    if let site = request.headers[Self.fetchSite], site != "same-origin" { return false }
    guard let origin = request.headers[.origin] else { return true }
    guard let authority = request.head.authority?.lowercased() else { return false }
    return ["http://\(authority)", "https://\(authority)"].contains(origin.lowercased())
  }

  private static let fetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin

  /// Whether a request brings the token that pages of this server have.
  func isGenuine(_ given: String?) -> Bool {
    given.map { AccessToken.matches($0, forgeryToken) } ?? false
  }

  /// The page that was asked for, by an address without the token, which the cookie holds from here on.
  private func welcome(_ request: Request, _ token: String) -> Response {
    var response = Response(status: .seeOther)
    let rest = Parameters.of(request).filter { $0.key != "token" }
    let path = request.uri.path
    // Two slashes at the start would name another server. Bytes are compared: a mark after a slash makes another character of it.
    let own = path.utf8.starts(with: "/".utf8) && !path.utf8.starts(with: "//".utf8) ? path : "/"
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
