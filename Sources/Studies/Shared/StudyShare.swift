import Foundation
import RunStore

/// A process's part in a study that processes of several hosts make together, by leases in the study's folder `leases/`.
///
/// Each process has a lease on its own presence, `processes/`, and one on each run that it makes, `runs/`. The study's files are written by
/// whoever holds the lease `study`, and under it processes come and go: the first that comes clears away what an earlier round
/// left, so that runs that failed then are tried again, and the last that goes leaves no leases behind.
final class StudyShare {
  private let folder: StudyFolder
  private let url: URL
  private let gate: LeaseFolder
  private let processes: LeaseFolder
  /// The leases on runs, by their keys.
  let runs: LeaseFolder
  /// Lets this process's leases beat.
  let beat: LeaseBeat
  /// Tells whose leases do not.
  var watch: LeaseWatch
  /// Who this is, for people.
  let name: String
  private var presence: Lease?

  init(_ folder: StudyFolder, patience: Double) {
    self.folder = folder
    url = folder.leases
    gate = LeaseFolder(url)
    processes = LeaseFolder(url.appendingPathComponent("processes", isDirectory: true))
    runs = LeaseFolder(url.appendingPathComponent("runs", isDirectory: true))
    beat = LeaseBeat(patience: patience)
    watch = LeaseWatch(patience: patience)
    name = "\(ProcessInfo.processInfo.hostName), process \(getpid())"
  }

  deinit { beat.end() }

  /// Whether the others have taken this process for gone.
  var isTakenForGone: Bool { presence?.isLost ?? false }

  /// Comes to those who share the study.
  ///
  /// - Parameter body: done under the study's lease, told whether nobody else is there.
  /// - Returns: false where it was asked to stop while it waited.
  func join(shouldStop: () -> Bool, _ body: (_ isFirst: Bool) throws -> Void) throws -> Bool {
    try exclusively(shouldStop: shouldStop) { () -> Bool in
      let key = UUID().uuidString.lowercased()
      presence = try processes.take(key, after: nil, as: name)
      do {
        // Asked for after something was made in it, since a list of the folder that NFS has cached is then out of date.
        let isFirst = processes.keys == [key]
        if isFirst { runs.removeAll() }
        try body(isFirst)
      } catch {
        processes.remove(key)
        presence = nil
        if processes.keys.isEmpty { gate.removeAll() }
        throw error
      }
      if let presence { beat.keep(presence) }
      return true
    } ?? false
  }

  /// Leaves those who share the study; what was leased has been settled.
  ///
  /// - Parameter body: done under the study's lease before.
  func leave(_ body: () throws -> Void) throws {
    try exclusively(shouldStop: { false }) {
      defer {
        if let presence {
          beat.drop(presence)
          if presence.settle(.free) { processes.remove(presence.key) }
        }
        presence = nil
        if processes.keys.isEmpty { gate.removeAll() }
      }
      try body()
    }
  }

  /// Does something that one process at a time may do, when it may.
  ///
  /// - Returns: nil where it was asked to stop while it waited.
  @discardableResult
  private func exclusively<Result>(
    shouldStop: () -> Bool, _ body: () throws -> Result
  ) throws -> Result? {
    while true {
      if let lease = try takeGate() { return try hold(lease, body) }
      if shouldStop() { return nil }
      usleep(50_000)
    }
  }

  /// Does something that one process at a time may do, unless another is at it.
  func ifFree(_ body: () throws -> Void) throws {
    if let lease = try takeGate() { try hold(lease, body) }
  }

  private func hold<Result>(_ lease: Lease, _ body: () throws -> Result) rethrows -> Result {
    beat.keep(lease)
    defer {
      beat.drop(lease)
      lease.settle(.free)
    }
    return try body()
  }

  private func takeGate() throws -> Lease? {
    let seen = gate.sight(Self.gateKey)
    if let seen, seen.state == .held, !watch.isSilent(Self.gateKey, seen) { return nil }
    return try gate.take(Self.gateKey, after: seen, as: name)
  }

  /// Takes those for gone who have been silent for too long.
  func removeSilent() throws {
    let silent = processes.keys.filter { key in
      guard key != presence?.key, let seen = processes.sight(key) else { return false }
      return watch.isSilent("process \(key)", seen)
    }
    guard !silent.isEmpty else { return }
    try ifFree { silent.forEach(processes.remove) }
  }

  private static let gateKey = "study"
}
