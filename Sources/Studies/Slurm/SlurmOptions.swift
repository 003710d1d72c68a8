/// What a study asks of Slurm for its runs.
public struct SlurmOptions: Sendable, Equatable {
  /// The partition; nil for the cluster's usual one.
  public var partition: String?
  /// How long a run may take until it is interrupted and queued again; nil for the partition's limit.
  public var time: SlurmTime?
  /// How many GPUs each run gets.
  public var gpusPerRun = 0
  /// How many runs go on at once, at most; nil for as many as the cluster lets.
  public var arrayLimit: Int?
  /// Further options of `sbatch`, each as after `#SBATCH`; they take the place of the study's own.
  public var lines: [String] = []

  /// The cluster's usual values.
  public init() {}

  /// How many seconds before its time is over a run is told to write a checkpoint: two minutes, or a quarter of a short time.
  var warningSeconds: Int { min(120, (time?.seconds ?? .max) / 4) }
}

/// A time in one of the forms that `sbatch --time` reads.
public struct SlurmTime: Sendable, Equatable {
  /// As it was written.
  public let text: String
  /// In seconds.
  public let seconds: Int

  /// Reads minutes, `minutes:seconds`, `hours:minutes:seconds`, `days-hours`, `days-hours:minutes` and `days-hours:minutes:seconds`; nil for
  /// any other text, and for no time at all.
  public init?(_ text: String) {
    let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = halves[halves.count - 1].split(separator: ":", omittingEmptySubsequences: false)
    let days = halves.count == 2 ? Self.number(halves[0]) : 0
    let parts = numbers.compactMap(Self.number)
    guard let days, parts.count == numbers.count, (1...3).contains(parts.count) else { return nil }
    // With days the first number is hours; without, one or two begin with minutes.
    let units =
      halves.count == 2 || parts.count == 3 ? [3600, 60, 1] : [60, 1]
    seconds = days * 86_400 + zip(parts, units).reduce(0) { $0 + $1.0 * $1.1 }
    guard seconds > 0 else { return nil }
    self.text = text
  }

  private static func number(_ text: Substring) -> Int? {
    guard (1...6).contains(text.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return Int(text)
  }
}
