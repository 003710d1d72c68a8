import Foundation

/// What is made when it is first asked for, by one thread for all others.
final class Once<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value?

  /// The value, made now if it was not there; another thread that asks for it meanwhile waits.
  func callAsFunction(_ make: () throws -> Value) rethrows -> Value {
    lock.lock()
    defer { lock.unlock() }
    if let value { return value }
    let made = try make()
    value = made
    return made
  }
}
