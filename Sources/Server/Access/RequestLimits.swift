import Foundation
import HTTPTypes
import Hummingbird
import Synchronization

/// How much one address may ask for: so many requests a second, and so many wrong tokens.
final class RequestLimits: Sendable {
  /// What is left to an address: it grows with time, up to a bound, and each thing takes one.
  private struct Bucket {
    var left: Double
    var seen: ContinuousClock.Instant

    /// What is left at `now`.
    mutating func refill(_ now: ContinuousClock.Instant, perSecond: Double, most: Double) {
      left = min(most, left + perSecond * (seen.duration(to: now) / .seconds(1)))
      seen = now
    }
  }

  private struct State {
    var requests: [String: Bucket] = [:]
    var guesses: [String: Bucket] = [:]
  }

  private let state = Mutex(State())
  private let perSecond: Double

  /// The wrong tokens that an address may try at once, and a minute from then on.
  static let guesses = 10.0
  /// The most addresses that are remembered; of more, those are forgotten that asked longest ago.
  private static let mostAddresses = 4_096

  init(perSecond: Double) { self.perSecond = perSecond }

  /// Counts a request; what is answered in its place where it is one too many.
  func refusal(of address: String, now: ContinuousClock.Instant = .now) -> Response? {
    let (isTooMany, isGuessing) = state.withLock { state in
      let most = 2 * perSecond
      var bucket = state.requests[address] ?? Bucket(left: most, seen: now)
      bucket.refill(now, perSecond: perSecond, most: most)
      let isTooMany = bucket.left < 1
      if !isTooMany { bucket.left -= 1 }
      state.requests[address] = bucket
      Self.forget(&state.requests)
      state.guesses[address]?.refill(now, perSecond: Self.guesses / 60, most: Self.guesses)
      return (isTooMany, (state.guesses[address]?.left ?? Self.guesses) < 1)
    }
    guard isTooMany || isGuessing else { return nil }
    var response = Answer.plain(
      .tooManyRequests,
      isTooMany ? "Too many requests: wait a second." : "Too many wrong tokens: wait a minute.")
    response.headers[.retryAfter] = isTooMany ? "1" : "60"
    return response
  }

  /// Counts a wrong token.
  func guessed(from address: String, now: ContinuousClock.Instant = .now) {
    state.withLock { state in
      var bucket = state.guesses[address] ?? Bucket(left: Self.guesses, seen: now)
      bucket.refill(now, perSecond: Self.guesses / 60, most: Self.guesses)
      bucket.left = max(0, bucket.left - 1)
      state.guesses[address] = bucket
      Self.forget(&state.guesses)
    }
  }

  private static func forget(_ buckets: inout [String: Bucket]) {
    guard buckets.count > mostAddresses else { return }
    let oldest = buckets.sorted { $0.value.seen < $1.value.seen }.prefix(mostAddresses / 4)
    for (address, _) in oldest { buckets[address] = nil }
  }
}
