import Foundation

/// What a run is doing.
enum RunState: String, Codable, Sendable, CaseIterable {
  /// A process holds its lock.
  case running
  /// It has its summary.
  case finished
  /// It stopped before its end, and can be resumed.
  case interrupted
  /// Nobody works on it, nothing was logged for a while, and there is no checkpoint to go on from.
  case stale
  /// It ended with an error.
  case failed
  /// Nothing of it has begun.
  case waiting

  /// What is known of a run.
  struct Evidence {
    var isLocked = false
    var hasSummary = false
    /// Whether lines go on after what the summary is of.
    var goesOnAfterSummary = false
    var hasFailed = false
    var hasCheckpoint = false
    /// When something was last logged; nil when nothing was.
    var lastLine: Date?
  }

  /// The state that this is evidence of.
  init(_ evidence: Evidence, now: Date = Date()) {
    if evidence.isLocked && (!evidence.hasSummary || evidence.goesOnAfterSummary) {
      self = .running
    } else if evidence.hasSummary {
      self = .finished
    } else if evidence.hasFailed {
      self = .failed
    } else if evidence.hasCheckpoint {
      self = .interrupted
    } else if let line = evidence.lastLine {
      self = now.timeIntervalSince(line) > Self.patience ? .stale : .interrupted
    } else {
      self = .waiting
    }
  }

  /// How long after its last line a run that cannot be resumed counts as stale, in seconds.
  static let patience = 120.0

  /// What the state is, for people.
  var meaning: String {
    switch self {
    case .running: "a process works on it"
    case .finished: "it has its figures"
    case .interrupted: "it stopped before its end and can be resumed"
    case .stale: "nobody works on it, nothing was logged for a while, and it has no checkpoint"
    case .failed: "it ended with an error"
    case .waiting: "nothing was logged yet"
    }
  }
}
