import Foundation
import Synchronization

/// Pages as they were made last: many readers of one page that has not changed cost one.
final class PageCache: Sendable {
  private struct State {
    var pages: [String: (version: String, data: Data)] = [:]
    var order: [String] = []
    var size = 0
  }

  private let state = Mutex(State())
  private static let most = 32
  /// The most bytes that are kept: charts of many runs are long.
  private static let mostBytes = 24 << 20

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
      state.size += data.count - (state.pages[address]?.data.count ?? 0)
      state.pages[address] = (version, data)
      while state.order.count > Self.most || state.size > Self.mostBytes, !state.order.isEmpty {
        state.size -= state.pages.removeValue(forKey: state.order.removeFirst())?.data.count ?? 0
      }
    }
    return data
  }

  /// Part of a version: what pages say of how long ago something was is at most so old, in seconds.
  static var clock: String { "\(Int(Date().timeIntervalSince1970 / 5))" }
}
