import Foundation
import Synchronization

/// Tells open streams what has changed, and those that come back what they missed.
final class ChangeHub: Sendable {
  /// What one look found changed, by identifier.
  struct Changes: Sendable {
    var runs: Set<String> = []
    var studies: Set<String> = []
    var removed: Set<String> = []

    var isEmpty: Bool { runs.isEmpty && studies.isEmpty && removed.isEmpty }

    mutating func add(_ other: Changes) {
      // What was removed and came again is there.
      removed.subtract(other.runs)
      removed.subtract(other.studies)
      runs.formUnion(other.runs)
      studies.formUnion(other.studies)
      runs.subtract(other.removed)
      studies.subtract(other.removed)
      removed.formUnion(other.removed)
    }
  }

  private struct State {
    var number = 0
    var recent: [(number: Int, changes: Changes)] = []
    var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
    var next = 0
    var isOver = false
  }

  private let state = Mutex(State())
  /// Which server this is: numbers of another one mean nothing here.
  let epoch = String(UInt64.random(in: .min ... .max), radix: 36)
  /// So many looks can be caught up with.
  static let memory = 256
  /// The most streams that are open at a time.
  let mostListeners: Int

  init(mostListeners: Int = 256) { self.mostListeners = mostListeners }

  /// The number of the last change.
  var number: Int { state.withLock { $0.number } }

  /// Takes in what changed and wakes all streams.
  func tell(_ changes: Changes) {
    state.withLock { state in
      state.number += 1
      state.recent.append((state.number, changes))
      if state.recent.count > Self.memory { state.recent.removeFirst() }
      for listener in state.listeners.values { listener.yield() }
    }
  }

  /// Wakes all streams, for their heartbeat.
  func pulse() { state.withLock { $0.listeners.values.forEach { $0.yield() } } }

  /// Ends all streams, and lets no other begin.
  func finish() {
    state.withLock { state in
      state.isOver = true
      state.listeners.values.forEach { $0.finish() }
      state.listeners = [:]
    }
  }

  /// What changed after the change of that number; nil where that is no longer known.
  func changes(after number: Int) -> Changes? {
    state.withLock { state in
      guard number <= state.number else { return nil }
      if number == state.number { return Changes() }
      guard let first = state.recent.first, first.number <= number + 1 else { return nil }
      return state.recent.filter { $0.number > number }.reduce(into: Changes()) {
        $0.add($1.changes)
      }
    }
  }

  /// A stream of wake-ups; nil while too many are open. It ends with its `Listener`.
  func listen() -> Listener? {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let place: Int? = state.withLock { state in
      guard !state.isOver, state.listeners.count < mostListeners else { return nil }
      state.next += 1
      state.listeners[state.next] = continuation
      return state.next
    }
    return place.map { Listener(stream: stream, hub: self, place: $0) }
  }

  /// How many streams are open.
  var listenerCount: Int { state.withLock { $0.listeners.count } }

  /// One open stream.
  final class Listener: Sendable {
    let stream: AsyncStream<Void>
    private let hub: ChangeHub
    private let place: Int

    fileprivate init(stream: AsyncStream<Void>, hub: ChangeHub, place: Int) {
      self.stream = stream
      self.hub = hub
      self.place = place
    }

    deinit { hub.state.withLock { $0.listeners[place] = nil } }
  }
}
