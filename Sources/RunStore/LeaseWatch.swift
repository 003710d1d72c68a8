import Foundation
import Synchronization

/// Tells, by this process's own seconds alone, whose leases have not changed for too long.
///
/// Hosts' clocks differ, and a file's times are the server's: neither is looked at. A second counts when it lies between two looks that
/// were not far apart, so that a process that was stopped itself, or a machine that slept, does not wake up and take all others for dead.
package struct LeaseWatch {
  private struct Entry {
    var sight: LeaseSight
    var seconds = 0.0
    var lastLook: SuspendingClock.Instant
  }

  /// How many seconds a lease may stay as it is.
  private let patience: Double
  private var entries: [String: Entry] = [:]

  /// A watch that lets leases be silent for `patience` seconds.
  package init(patience: Double) { self.patience = patience }

  /// Looks at the lease on `key`.
  ///
  /// - Returns: whether its holder has been silent for too long.
  package mutating func isSilent(
    _ key: String, _ sight: LeaseSight, now: SuspendingClock.Instant = .now
  ) -> Bool {
    guard var entry = entries[key], entry.sight == sight else {
      entries[key] = Entry(sight: sight, lastLook: now)
      return false
    }
    let passed = entry.lastLook.duration(to: now) / .seconds(1)
    entry.seconds += min(passed, patience / Double(LeaseBeat.beatsOfPatience))
    entry.lastLook = now
    entries[key] = entry
    return entry.seconds >= patience
  }
}

/// A thread that lets leases beat, whatever else their process does.
package final class LeaseBeat: Sendable {
  /// How often a lease beats while others are patient.
  package static let beatsOfPatience = 6

  private struct Contents {
    var leases: [ObjectIdentifier: Lease] = [:]
    var isOver = false
  }

  private let contents = Mutex(Contents())

  /// Starts the thread.
  ///
  /// - Parameter patience: after how many seconds of silence others take a lease.
  package init(patience: Double) {
    let pause = patience / Double(Self.beatsOfPatience)
    let thread = Thread { [weak self] in
      var next = SuspendingClock.now + .seconds(pause)
      while let self, !self.contents.withLock({ $0.isOver }) {
        if SuspendingClock.now >= next {
          next = .now + .seconds(pause)
          for lease in self.contents.withLock({ Array($0.leases.values) }) { lease.beat() }
        }
        usleep(useconds_t(min(pause / 4, 0.1) * 1e6))
      }
    }
    thread.stackSize = 1 << 18
    thread.start()
  }

  /// Lets `lease` beat from here on.
  package func keep(_ lease: Lease) {
    contents.withLock { $0.leases[ObjectIdentifier(lease)] = lease }
  }

  /// Lets `lease` beat no more.
  package func drop(_ lease: Lease) {
    contents.withLock { $0.leases[ObjectIdentifier(lease)] = nil }
  }

  /// Ends the thread.
  package func end() { contents.withLock { $0.isOver = true } }
}
