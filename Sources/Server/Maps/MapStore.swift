import Foundation
import HTTPTypes
import Records
import RunStore
import Synchronization

/// Maps of runs' layers: those that runs keep, and those that were made because they were asked for.
final class MapStore: Sendable {
  /// What is known of a run's map.
  enum Standing {
    /// There is none.
    case absent
    /// A process makes one; what it last said.
    case computing(String)
    /// None could be made; why.
    case failed(String)
    /// There is one.
    case ready(RunMap)

    /// A word for programs.
    var word: String {
      switch self {
      case .absent: "absent"
      case .computing: "computing"
      case .failed: "failed"
      case .ready: "ready"
      }
    }
  }

  /// How many points can be asked for.
  static let points = 2...100_000

  private let programs: ServerPrograms?
  private let cache: URL?
  private let mostCached: Int
  private let audit: @Sendable (String) -> Void
  private let started = StartedPrograms()
  private let failures = Mutex<[String: String]>([:])
  private let count = Mutex(0)

  init(_ settings: ServerSettings) {
    programs = settings.programs
    cache = settings.cache
    mostCached = settings.mostCached
    audit = settings.audit
  }

  /// Grows with what is made.
  var version: Int { count.withLock { $0 } }

  /// The map of a run, or why there is none.
  func standing(of run: RunEntry) -> Standing {
    if started.process(for: run.identifier) != nil {
      let line = log(of: run).flatMap { RunLog.lines($0, count: 1).last } ?? ""
      return .computing(line.isEmpty ? "beginning" : line)
    }
    let maps = [run.place.path + "/embeddings", folder(of: run)]
      .compactMap { $0.flatMap(RunMap.init) }
    if let failure = failures.withLock({ $0[run.identifier] }) { return .failed(failure) }
    guard let newest = maps.max(by: { $0.record.step < $1.record.step }) else { return .absent }
    return .ready(newest)
  }

  /// Whether a run has a map, without a look into it.
  func hasMap(_ run: RunEntry) -> Bool {
    [run.place.path + "/embeddings", folder(of: run)].contains {
      $0.map { FileStamp($0 + "/map.json") != nil } ?? false
    }
  }

  /// Why no map of a run can be made now; nil where one can.
  func hindrance(_ run: RunEntry) -> String? {
    guard programs != nil, cache != nil else { return "this server makes none" }
    if started.process(for: run.identifier) != nil { return "one is being made" }
    guard started.count == 0 else {
      return "another run's is being made, and one is made at a time"
    }
    return run.hasCheckpoint ? nil : "it has no checkpoint"
  }

  /// Begins to make a map of a run.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - points: how many at most.
  ///   - address: who asked.
  ///   - changed: called when there is something new to show.
  /// - Throws: `ChangeRefused`.
  func begin(
    _ run: RunEntry, points: Int, askedFrom address: String,
    changed: @escaping @Sendable () -> Void
  ) throws(ChangeRefused) {
    guard Self.points.contains(points) else {
      throw ChangeRefused(
        status: .badRequest,
        reason:
          "points is a whole number from \(Self.points.lowerBound) to \(Self.points.upperBound)")
    }
    guard hindrance(run) == nil, let programs, let folder = folder(of: run), let log = log(of: run)
    else {
      throw ChangeRefused(
        status: .conflict, reason: "no map can be made: \(hindrance(run) ?? "it has just begun")")
    }
    let command = StartedPrograms.Command(
      executable: programs.executable,
      arguments: programs.mapping(run.place.path, folder, points),
      // It ends with this process, and stands back for runs that train.
      environment: ["GNOMON_PARENT": "\(getpid())"], niceness: 10)
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      unlink(log)
      let identifier = run.identifier
      failures.withLock { $0[identifier] = nil }
      let process = try started.start(identifier, command, log: log) { [weak self] code in
        self?.ended(identifier, code, log: log, folder: folder)
        changed()
      }
      audit(
        "a map of \(String(reflecting: run.place.path)), process \(process), asked for by \(address)"
      )
    } catch {
      throw ChangeRefused(status: .conflict, reason: "no map can be made: \(error)")
    }
    count.withLock { $0 += 1 }
    changed()
  }

  private func ended(_ identifier: String, _ code: Int32?, log: String, folder: String) {
    if code != 0 {
      let reason =
        RunLog.failure(log)
        ?? code.map { "its process ended with code \($0)" } ?? "its process was killed"
      failures.withLock { $0[identifier] = reason }
    }
    sweep(keeping: folder)
    count.withLock { $0 += 1 }
  }

  private func folder(of run: RunEntry) -> String? {
    cache?.appendingPathComponent(run.identifier).path
  }

  private func log(of run: RunEntry) -> String? { folder(of: run).map { $0 + "/log.txt" } }

  /// Removes the oldest maps while all together are too large.
  private func sweep(keeping kept: String) {
    guard let cache else { return }
    let manager = FileManager.default
    let names = (try? manager.contentsOfDirectory(atPath: cache.path)) ?? []
    let maps = names.map { cache.appendingPathComponent($0).path }.map { path in
      let files = (try? manager.contentsOfDirectory(atPath: path)) ?? []
      let stamps = files.compactMap { FileStamp("\(path)/\($0)") }
      return (
        path: path, size: stamps.reduce(0) { $0 + $1.size },
        changed: stamps.map(\.changed).max() ?? .distantPast
      )
    }
    var size = maps.reduce(0) { $0 + $1.size }
    for map in maps.sorted(by: { $0.changed < $1.changed }) where map.path != kept {
      guard size > mostCached else { return }
      try? manager.removeItem(atPath: map.path)
      size -= map.size
    }
  }
}
