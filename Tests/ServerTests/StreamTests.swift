import Foundation
import RunStore
import Synchronization
import TestSupport
import Testing

@testable import Server

/// A real server on a real port: streams of events, and what connections may do.
@Suite(.serialized) struct StreamTests {
  /// Serves `folder` while `body` runs, with its port.
  private func serving(
    _ folder: URL, _ change: (inout ServerSettings) -> Void = { _ in },
    _ body: @escaping @Sendable (Int) async throws -> Void
  ) async throws {
    let server = try Sample.server(folder) { settings in
      settings.port = 0
      settings.interval = 0.05
      settings.heartbeat = 0.4
      change(&settings)
    }
    let port = Shared(0)
    let isOver = Shared(false)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await server.run {
          port.value = $0
        } until: {
          isOver.value
        }
      }
      while port.value == 0 { try await Task.sleep(for: .milliseconds(10)) }
      do {
        try await body(port.value)
      } catch {
        isOver.value = true
        throw error
      }
      isOver.value = true
      try await group.waitForAll()
    }
  }

  /// A value that several tasks read and write.
  private final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>
    init(_ value: Value) { mutex = Mutex(value) }
    var value: Value {
      get { mutex.withLock { $0 } }
      set { mutex.withLock { $0 = newValue } }
    }
  }

  private func withFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-tests-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try await body(folder)
  }

  @Test func aStreamTellsWhatChangesBeatsAndGoesOnWhereItWasLeft() async throws {
    try await withFolder { folder in
      let run = try Sample.run(folder.appendingPathComponent("one"))
      try await serving(folder) { port in
        let first = try SocketClient(port: port)
        first.get("/api/v1/events")
        try await first.receive { $0.contains("event: state") && $0.contains("\n\n") }
        #expect(first.text.contains("text/event-stream"))
        #expect(first.text.contains(#"data: {"counts":{"interrupted":1}}"#))
        try await first.receive { $0.contains(": still here") }
        try Sample.log(run, 21...25)
        try await first.receive { $0.contains("event: change") && $0.hasSuffix("\r\n") }
        let last = try #require(first.text.matches(of: /id: ([0-9a-z]+)-([0-9]+)/).last)
        let (epoch, number) = (String(last.1), try #require(Int(last.2)))
        let missed = try SocketClient(port: port)
        missed.get("/api/v1/events", headers: ["Last-Event-ID: \(epoch)-\(number - 1)"])
        try await missed.receive { $0.contains("event: change") }
        #expect(!missed.text.contains("event: state"))
        // The number of another server's event means nothing here.
        let other = try SocketClient(port: port)
        other.get("/api/v1/events", headers: ["Last-Event-ID: elsewhere-\(number)"])
        try await other.receive { $0.contains("event: state") }
      }
    }
  }

  @Test func streamsAreLimitedAndEndWithTheServer() async throws {
    try await withFolder { folder in
      try Sample.run(folder.appendingPathComponent("one"))
      let open = Shared<SocketClient?>(nil)
      try await serving(folder) {
        $0.mostStreams = 1
      } _: { port in
        let first = try SocketClient(port: port)
        first.get("/api/v1/events")
        try await first.receive { $0.contains("event: state") }
        let refused = try await SocketClient.answer(port: port, "/api/v1/events")
        #expect(refused.hasPrefix("HTTP/1.1 503"))
        open.value = first
      }
      let client = try #require(open.value)
      try await client.receiveToEnd()
    }
  }

  @Test func requestsThatAreNoneEndTheConnectionAndTheServerGoesOn() async throws {
    try await withFolder { folder in
      try Sample.run(folder.appendingPathComponent("one"))
      try await serving(folder) { port in
        let bomb = (0..<200).map { "X-\($0): " + String(repeating: "a", count: 200) }
        #expect(
          try await !SocketClient.answer(port: port, "/", headers: bomb).hasPrefix("HTTP/1.1 200"))
        for text in [
          "\u{0}\u{1}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        ] {
          let client = try SocketClient(port: port)
          client.send(text)
          try? await client.receive(upTo: 2) { $0.contains("\r\n\r\n") }
          #expect(!client.text.hasPrefix("HTTP/1.1 200"), "\(text)")
        }
        let absolute = try SocketClient(port: port)
        absolute.send("GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        try await absolute.receive { $0.contains("\r\n\r\n") }
        #expect(absolute.text.hasPrefix("HTTP/1.1 421"))
        #expect(try await SocketClient.answer(port: port, "/").hasPrefix("HTTP/1.1 200"))
      }
    }
  }

  @Test func aRequestThatDripsInIsCutOffAndAStreamIsNot() async throws {
    try await withFolder { folder in
      try Sample.run(folder.appendingPathComponent("one"))
      try await serving(folder) {
        $0.patience = 1
      } _: { port in
        let stream = try SocketClient(port: port)
        stream.get("/api/v1/events")
        let slow = try SocketClient(port: port)
        slow.send("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        let begun = Date()
        var isOpen = true
        while isOpen, Date().timeIntervalSince(begun) < 60 {
          slow.send("a")
          do {
            try await slow.receive(upTo: 0.2) { _ in false }
          } catch SocketClient.Failure.closed {
            isOpen = false
          } catch {}
        }
        #expect(!isOpen)
        #expect(slow.text.isEmpty)
        let beats = stream.text.count
        try await stream.receive { $0.count > beats && $0.contains(": still here") }
      }
    }
  }

  @Test func aPortThatIsTakenIsSaidToBe() async throws {
    try await withFolder { folder in
      try await serving(folder) { port in
        let other = try Sample.server(folder) { $0.port = port }
        await #expect(throws: ServerError.addressInUse(host: "127.0.0.1", port: port)) {
          try await other.run { _ in
          } until: {
            false
          }
        }
      }
      #expect(throws: ServerError.noFolder(path: folder.path + "/none")) {
        try Sample.server(folder.appendingPathComponent("none"))
      }
    }
  }
}
