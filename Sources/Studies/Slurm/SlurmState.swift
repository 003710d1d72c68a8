/// What Slurm's queue says of a task of a job array.
struct SlurmState: Equatable {
  /// Slurm's word, such as PENDING.
  let name: String
  /// Why it waits, in Slurm's words.
  let reason: String

  /// "JOB STATE CODES" of squeue(1) from which a task does not come back by itself. Any other word, of a later version too, is one of a
  /// task that is still there: the queue forgets those that ended.
  private static let endings: Set<String> = [
    "BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "LAUNCH_FAILED", "NODE_FAIL",
    "OUT_OF_MEMORY", "PREEMPTED", "RECONFIG_FAIL", "REVOKED", "TIMEOUT",
  ]

  /// Whether it runs, waits, or is about to do either again.
  var isAlive: Bool { !Self.endings.contains(name) }

  /// The state in words for a line of progress.
  var words: String {
    let says = !["", "None", "(null)"].contains(reason)
    return name.lowercased() + (name == "PENDING" && says ? " (\(reason))" : "")
  }
}

/// A task of a job array.
struct SlurmTask: Hashable {
  /// The array's name.
  let array: String
  /// Its number in the array.
  let place: Int
}

/// What the queue says of some arrays.
struct SlurmQueue {
  /// The format of the lines that are read here: job, number, name, state and reason, which alone may have a `|`.
  static let format = "%F|%K|%j|%T|%r"

  /// The states of the tasks.
  private(set) var states: [SlurmTask: SlurmState] = [:]
  /// The arrays' jobs, by their names.
  private(set) var jobs: [String: String] = [:]

  /// Reads what squeue printed. Lines that are something else are passed over, as what a site's wrapper says.
  init(_ text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "|", maxSplits: 4, omittingEmptySubsequences: false)
        .map { String($0.filter { !$0.isControl }).trimmed }
      guard parts.count == 5, let place = Int(parts[1]), place >= 0, parts[0].isNumber,
        !parts[3].isEmpty
      else { continue }
      jobs[parts[2]] = parts[0]
      states[SlurmTask(array: parts[2], place: place)] = SlurmState(
        name: parts[3], reason: String(parts[4].prefix(80)))
    }
  }
}

extension String {
  /// Whether it is a whole number, and nothing else.
  var isNumber: Bool { !isEmpty && count < 19 && utf8.allSatisfy { (0x30...0x39).contains($0) } }

  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

extension Character {
  /// Whether a terminal would take it for something to do.
  fileprivate var isControl: Bool {
    unicodeScalars.contains { $0.properties.generalCategory == .control }
  }
}
