import Foundation
import Records
import RunStore

/// Where a study stands while it runs.
public struct StudyProgress: Sendable {
  /// A run that is being made.
  public struct Active: Sendable {
    /// Its key.
    public let key: String
    /// Steps taken, as far as they are logged.
    public let step: Int
    /// Steps in all, once that is known.
    public let totalSteps: Int?
    /// The loss last logged.
    public let loss: Double?
  }

  /// Runs that are finished.
  public let finished: Int
  /// Runs that failed.
  public let failed: Int
  /// Runs in all.
  public let total: Int
  /// The runs being made.
  public let active: [Active]
  /// Seconds until the last run ends; nil before there is anything to judge by.
  public let secondsLeft: Double?
  /// What a cluster says of the runs in its queue, or how many others make; nil where there is nothing to say.
  public let queue: String?
}

/// Reads the last line of a growing `metrics.jsonl`.
enum MetricsTail {
  static func last(of folder: RunFolder) -> MetricRecord? {
    guard let handle = try? FileHandle(forReadingFrom: folder.metrics) else { return nil }
    defer { try? handle.close() }
    let length: UInt64 = 4096
    guard let end = try? handle.seekToEnd(), end > 0 else { return nil }
    try? handle.seek(toOffset: end > length ? end - length : 0)
    guard let data = try? handle.readToEnd() else { return nil }
    // What follows the last line's end is being written.
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.dropLast().last.flatMap { try? JSONDecoder().decode(MetricRecord.self, from: $0) }
  }
}
