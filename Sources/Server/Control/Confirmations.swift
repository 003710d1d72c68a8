import Foundation
import Synchronization

/// What was asked for once and is done when it is asked for again: each code is of one thing, for two minutes, and is
/// taken once.
final class Confirmations: Sendable {
  private struct Asked {
    let matter: String
    let end: ContinuousClock.Instant
  }

  private let asked = Mutex<[String: Asked]>([:])
  private static let most = 256

  /// A code that confirms `matter`.
  func code(for matter: String, now: ContinuousClock.Instant = .now) -> String {
    let code = AccessToken.make()
    asked.withLock { asked in
      asked = asked.filter { $0.value.end > now }
      if asked.count >= Self.most, let oldest = asked.min(by: { $0.value.end < $1.value.end }) {
        asked[oldest.key] = nil
      }
      asked[code] = Asked(matter: matter, end: now + .seconds(120))
    }
    return code
  }

  /// Whether the code confirms `matter`; it does so no second time.
  func take(_ code: String, for matter: String, now: ContinuousClock.Instant = .now) -> Bool {
    asked.withLock { asked in
      guard let found = asked.removeValue(forKey: code) else { return false }
      return found.matter == matter && found.end > now
    }
  }
}
