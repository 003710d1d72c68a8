import Foundation

/// Names by which a browser may call the server. A page of elsewhere whose name was made to lead here calls it by that
/// other name, and is refused.
struct HostName: Sendable {
  private let isLoopback: Bool
  private let names: Set<String>

  /// The names of a server that listens at `host`.
  init(host: String) {
    isLoopback = Self.isLoopback(host)
    var names: Set<String> = ["localhost", host.lowercased()]
    if !isLoopback {
      let own = ProcessInfo.processInfo.hostName.lowercased()
      names.formUnion([own, String(own.prefix { $0 != "." })])
    }
    self.names = names
  }

  /// Whether the address is one of this machine alone.
  static func isLoopback(_ host: String) -> Bool {
    host.lowercased() == "localhost" || host == "::1" || host == "[::1]"
      || isIPv4(host) && host.hasPrefix("127.")
  }

  /// Whether a request may call the server so.
  ///
  /// - Parameter authority: the request's host, with its port where it has one.
  func includes(_ authority: String?) -> Bool {
    guard let authority, authority.utf8.count <= 255, let name = Self.name(authority) else {
      return false
    }
    if names.contains(name) { return true }
    // A number is no name that could be made to lead elsewhere.
    return isLoopback ? Self.isLoopback(name) : Self.isIPv4(name) || Self.isIPv6(name)
  }

  /// The host of an authority, brackets of an address left out; nil for what is none.
  private static func name(_ authority: String) -> String? {
    var host = authority[...]
    var port: Substring?
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else { return nil }
      let rest = host[host.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
      port = rest.isEmpty ? nil : rest.dropFirst()
      host = host[host.index(after: host.startIndex)..<end]
    } else if let colon = host.firstIndex(of: ":") {
      port = host[host.index(after: colon)...]
      host = host[..<colon]
    }
    if let port, UInt16(port) == nil { return nil }
    return host.isEmpty ? nil : host.lowercased()
  }

  private static func isIPv4(_ text: String) -> Bool {
    var address = in_addr()
    return inet_pton(AF_INET, text, &address) == 1
  }

  private static func isIPv6(_ text: String) -> Bool {
    var address = in6_addr()
    return inet_pton(AF_INET6, text, &address) == 1
  }
}
