import Foundation
import Synchronization
import Torch

/// A port that nothing listened at when it was asked for.
public func freePort() throws -> UInt16 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let port: UInt16? = withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      guard bind(descriptor, address, length) == 0, getsockname(descriptor, address, &length) == 0
      else { return nil }
      return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        UInt16(bigEndian: $0.pointee.sin_port)
      }
    }
  }
  guard let port else { throw POSIXError(.EADDRINUSE) }
  return port
}

/// What each of `size` members of a group finds, in the order of ranks. Threads stand for processes: each has connections
/// of its own.
public func processes<Found: Sendable>(
  _ size: Int, timeout: Double = 60, _ body: @escaping @Sendable (ProcessGroup) throws -> Found
) throws -> [Result<Found, any Error>] {
  let place = ProcessGroup.MeetingPoint(host: "127.0.0.1", port: try freePort())
  return concurrently(size) { rank in
    try body(ProcessGroup(at: place, rank: rank, size: size, timeout: timeout))
  }
}

/// What `body` gives for each number below `count`, each in a thread of its own, in the order of the numbers.
public func concurrently<Found: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) throws -> Found
) -> [Result<Found, any Error>] {
  let found = Mutex([Int: Result<Found, any Error>]())
  let ends = (0..<count).map { number in
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      let result = Result { try body(number) }
      found.withLock { $0[number] = result }
      done.signal()
    }
    return done
  }
  for done in ends { done.wait() }
  return found.withLock { found in (0..<count).compactMap { found[$0] } }
}
