import Foundation

/// A connection to a server of this machine, byte by byte: what it sends is what a test writes. One task at a time uses it.
public final class SocketClient: @unchecked Sendable {
  /// What goes wrong.
  public enum Failure: Error {
    case cannotConnect
    case closed
    case timedOut(received: String)
  }

  private let descriptor: Int32
  /// All that was received.
  public private(set) var received = Data()

  /// What was received, as text.
  public var text: String { String(decoding: received, as: UTF8.self) }

  /// Connects to `port` of this machine.
  public init(port: Int) throws {
    // A server that ends a connection is an answer, not the end of the tests.
    signal(SIGPIPE, SIG_IGN)
    #if canImport(Darwin)
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #else
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
    }
    guard result == 0 else { throw Failure.cannotConnect }
  }

  deinit { close(descriptor) }

  /// Sends text.
  public func send(_ text: String) {
    var rest = Data(text.utf8)
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard sent > 0 else { return }
      rest = rest.dropFirst(sent)
    }
  }

  /// Asks for a path, with the headers that a server needs and `headers`.
  public func get(_ path: String, headers: [String] = []) {
    send(
      (["GET \(path) HTTP/1.1", "Host: localhost"] + headers + ["", ""]).joined(separator: "\r\n"))
  }

  /// Receives until the text holds what is waited for.
  ///
  /// - Throws: `Failure.closed` when the server ends the connection before, `timedOut` after `seconds`.
  public func receive(upTo seconds: Double = 60, until isEnough: (String) -> Bool) throws {
    let end = Date(timeIntervalSinceNow: seconds)
    while !isEnough(text) {
      guard Date() < end else { throw Failure.timedOut(received: text) }
      try takeWhatIsThere(waiting: 100)
    }
  }

  /// The same where the server is in this process: between looks its tasks have this thread. They share it with all other
  /// tests, which takes long where there are few processors.
  public func receive(
    upTo seconds: Double = 900, until isEnough: (String) -> Bool
  ) async throws {
    let end = Date(timeIntervalSinceNow: seconds)
    while !isEnough(text) {
      guard Date() < end else { throw Failure.timedOut(received: text) }
      if try !takeWhatIsThere(waiting: 0) { try await Task.sleep(for: .milliseconds(20)) }
    }
  }

  /// Whether there was something.
  @discardableResult
  private func takeWhatIsThere(waiting milliseconds: Int32) throws -> Bool {
    var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&poller, 1, milliseconds) > 0 else { return false }
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 0 else { throw Failure.closed }
    received.append(contentsOf: bytes[..<count])
    return true
  }

  /// Receives until the server ends the connection.
  public func receiveToEnd() throws {
    do { try receive { _ in false } } catch Failure.closed {}
  }

  /// The same where the server is in this process.
  public func receiveToEnd() async throws {
    do { try await receive { _ in false } } catch Failure.closed {}
  }

  /// The answer to one request, of a connection of its own.
  public static func answer(
    port: Int, _ path: String, headers: [String] = []
  ) throws -> String {
    let client = try SocketClient(port: port)
    client.get(path, headers: headers + ["Connection: close"])
    try client.receiveToEnd()
    return client.text
  }

  /// The same where the server is in this process.
  public static func answer(
    port: Int, _ path: String, headers: [String] = []
  ) async throws -> String {
    let client = try SocketClient(port: port)
    client.get(path, headers: headers + ["Connection: close"])
    try await client.receiveToEnd()
    return client.text
  }
}
