import Foundation

extension StepProfile {
  /// The spans as a Chrome trace, JSON that chrome://tracing and Perfetto open: complete events in microseconds, with `bytes` and `flops`
  /// where they are known.
  ///
  /// - Throws: `EncodingError`, for a time that is no finite number.
  public func trace() throws -> Data {
    let spans = spans
    let names = Set(spans.map(\.thread)).sorted().map { thread in
      Event(
        name: "thread_name", ph: "M", tid: thread, ts: nil, dur: nil, cat: nil,
        args: ["name": .text(thread == 1 ? "training" : "thread \(thread)")])
    }
    let events = spans.map { span in
      var arguments: [String: Argument] = [:]
      if span.cost.bytes > 0 { arguments["bytes"] = .number(span.cost.bytes) }
      if span.cost.operations > 0 { arguments["flops"] = .number(span.cost.operations) }
      return Event(
        name: span.part.rawValue, ph: "X", tid: span.thread, ts: span.start * 1e6,
        dur: span.duration * 1e6, cat: span.part.isWithinStep ? "step" : "run", args: arguments)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(Document(traceEvents: names + events))
  }

  private struct Document: Encodable {
    let displayTimeUnit = "ms"
    let traceEvents: [Event]
  }

  /// The names are the format's own.
  private struct Event: Encodable {
    let name: String
    let ph: String
    let pid = 1
    let tid: Int
    let ts: Double?
    let dur: Double?
    let cat: String?
    let args: [String: Argument]
  }

  private enum Argument: Encodable {
    case text(String)
    case number(Double)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .text(let text): try container.encode(text)
      case .number(let number): try container.encode(number)
      }
    }
  }
}
