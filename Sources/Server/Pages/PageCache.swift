import Foundation
import Synchronization

/// Pages as they were made last: many readers of one page that has not changed cost one.
final class PageCache: Sendable {
  private struct State {
    var pages: [String: (version: String, data: Data)] = [:]
    var order: [String] = []
  }

  private let state = Mutex(State())
  private static let most = 32

  /// The page at `address` in that version, made only where it is not kept.
  func page(_ address: String, version: String, _ make: () throws -> String) rethrows -> Data {
    let kept = state.withLock { state in
      state.pages[address].flatMap { $0.version == version ? $0.data : nil }
    }
    if let kept { return kept }
    let data = Data(try make().utf8)
    state.withLock { state in
      state.order.removeAll { $0 == address }
      state.order.append(address)
      while state.order.count > Self.most { state.pages[state.order.removeFirst()] = nil }
      state.pages[address] = (version, data)
    }
    return data
  }

  /// Part of a version: what pages say of how long ago something was is at most so old, in seconds.
  static var clock: String { "\(Int(Date().timeIntervalSince1970 / 5))" }
}
