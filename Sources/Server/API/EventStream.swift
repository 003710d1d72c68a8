import Foundation
import HTTPTypes
import Hummingbird
import Records

/// Server-sent events: what changed, as it is found.
///
/// A stream begins with an event `state`, or, where the browser comes back with the number of the last event that it
/// had and the server knows what came since, with those changes.
extension Site {
  /// What an event says.
  struct Event: Codable, Equatable {
    /// The runs that changed; absent where there are too many to name.
    var runs: [String]?
    var studies: [String]?
    var removed: [String]?
    /// How many runs are in each state.
    var counts: [String: Int]
  }

  func events(_ call: Call) throws -> Response {
    let wanted = call.parameter("run")
    if let wanted, index.snapshot.runs[wanted] == nil {
      throw Missing(reason: "there is no such run: its folder is gone, or never was")
    }
    guard let listener = index.hub.listen() else {
      var response = Answer.plain(.serviceUnavailable, "Too many streams are open.")
      response.headers[.retryAfter] = "10"
      return response
    }
    let last = call.request.headers[Self.lastEvent] ?? call.parameter("last_event_id")
    let start = last.flatMap(number(ofEvent:))
    let site = self
    var response = Response(
      status: .ok,
      body: ResponseBody { writer in
        try await site.write(listener, after: start, wanted, to: &writer)
        try await writer.finish(nil)
      })
    response.headers[.contentType] = "text/event-stream"
    return response
  }

  private static let lastEvent = HTTPField.Name("Last-Event-ID") ?? .eTag

  private func write(
    _ listener: ChangeHub.Listener, after start: Int?, _ run: String?,
    to writer: inout any ResponseBodyWriter
  ) async throws {
    let hub = index.hub
    var number: Int
    if let start, hub.changes(after: start) != nil {
      number = start
      try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
      try await writeNews(&number, run, to: &writer)
    } else {
      number = hub.number
      let state = Event(counts: counts)
      try await writer.write(
        ByteBuffer(string: "retry: 2000\n" + (try text("state", number, state))))
    }
    for await _ in listener.stream { try await writeNews(&number, run, to: &writer) }
  }

  /// Writes what came after `number`, or a comment where nothing did.
  private func writeNews(
    _ number: inout Int, _ run: String?, to writer: inout any ResponseBodyWriter
  ) async throws {
    let latest = index.hub.number
    guard let changes = index.hub.changes(after: number) else {
      number = latest
      return try await writer.write(
        ByteBuffer(string: try text("state", number, Event(counts: counts))))
    }
    number = latest
    let isWanted =
      run.map { changes.runs.contains($0) || changes.removed.contains($0) } ?? !changes.isEmpty
    guard isWanted else { return try await writer.write(ByteBuffer(string: ": still here\n\n")) }
    func named(_ identifiers: Set<String>) -> [String]? {
      identifiers.count > 200 ? nil : identifiers.sorted()
    }
    let event = Event(
      runs: run.map { [$0] } ?? named(changes.runs), studies: named(changes.studies),
      removed: named(changes.removed), counts: counts)
    try await writer.write(ByteBuffer(string: try text("change", number, event)))
  }

  private var counts: [String: Int] {
    Dictionary(index.snapshot.counts.map { ($0.rawValue, $1) }, uniquingKeysWith: +)
  }

  private func text(_ name: String, _ number: Int, _ event: Event) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    // JSON of one line: what names it holds, no line of theirs ends the event.
    let data = String(decoding: try encoder.encode(event), as: UTF8.self)
    return "event: \(name)\nid: \(index.hub.epoch)-\(number)\ndata: \(data)\n\n"
  }

  private func number(ofEvent text: String) -> Int? {
    let parts = text.split(separator: "-")
    guard parts.count == 2, parts[0] == index.hub.epoch else { return nil }
    return Int(parts[1])
  }
}
