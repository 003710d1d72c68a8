import Foundation
import RunStore

/// Slurm's own programs, as far as a study calls them.
struct SlurmCommands: Sendable {
  /// A folder to take the programs from; nil for those on `PATH`.
  var folder: String?
  /// How often the queue is asked, at most.
  var interval: Duration = .seconds(5)
  /// How long a program may take.
  var limit: Duration = .seconds(60)

  /// What `sbatch` answered.
  struct Submission: Equatable {
    let job: String
    /// The cluster, where there are several.
    let cluster: String?
  }

  /// Submits a script as an array of `count` tasks.
  ///
  /// - Parameters:
  ///   - name: the job's name, by which it is found again.
  ///   - output: where Slurm writes what it has to say of each task; `%a` stands for the task.
  ///   - limit: how many tasks run at once, at most.
  func submit(
    _ script: String, name: String, count: Int, limit: Int?, output: String
  ) throws(StudyError) -> Submission {
    let array = "0-\(count - 1)" + (limit.map { "%\($0)" } ?? "")
    let answer = try run(
      "sbatch",
      ["--parsable", "--job-name=\(name)", "--array=\(array)", "--output=\(output)", script])
    for line in answer.split(whereSeparator: \.isNewline).reversed() {
      let parts = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
      guard parts.count <= 2, parts[0].isNumber else { continue }
      return Submission(job: parts[0], cluster: parts.count == 2 ? parts[1] : nil)
    }
    throw .slurm(
      program: "sbatch", reason: "answered no job's number, but '\(answer.asLine)'")
  }

  /// Begins to ask for the tasks of arrays, also those that ended lately.
  func startQueue(_ arrays: [String], cluster: String?) throws(StudyError) -> CapturedProgram {
    try CapturedProgram(path("squeue"), queueArguments(arrays, cluster))
  }

  /// The tasks of arrays, also those that ended lately.
  func queue(_ arrays: [String], cluster: String?) throws(StudyError) -> SlurmQueue {
    SlurmQueue(try run("squeue", queueArguments(arrays, cluster)))
  }

  private func queueArguments(_ arrays: [String], _ cluster: String?) -> [String] {
    (cluster.map { ["--clusters=\($0)"] } ?? []) + [
      "--noheader", "--array", "--states=all", "--name=\(arrays.joined(separator: ","))",
      "--format=\(SlurmQueue.format)",
    ]
  }

  /// The state in which a task ended, with its exit code, where the cluster keeps accounts.
  func accountedState(_ job: String, _ place: Int, cluster: String?) -> String? {
    let arguments = [
      "--noheader", "--allocations", "--parsable2", "--jobs=\(job)_\(place)",
      "--format=State,ExitCode",
    ]
    let answer = try? run("sacct", (cluster.map { ["--clusters=\($0)"] } ?? []) + arguments)
    let parts = answer?.split(whereSeparator: \.isNewline).last?.split(separator: "|").map(
      String.init)
    guard let parts, parts.count == 2, !parts[0].isEmpty else { return nil }
    return "\(parts[0].asLine), exit code \(parts[1].asLine)"
  }

  /// How many tasks an array may have: the cluster's `MaxArraySize`, or what that is unless a site says otherwise.
  func largestArray() -> Int {
    let answer = (try? run("scontrol", ["show", "config"])) ?? ""
    for line in answer.split(whereSeparator: \.isNewline) where line.hasPrefix("MaxArraySize") {
      // The largest number of a task is one less.
      if let size = Int(line.split(separator: "=").last?.filter(\.isNumber) ?? "") {
        return max(1, size - 1)
      }
    }
    return 1000
  }

  private func path(_ program: String) -> String { folder.map { "\($0)/\(program)" } ?? program }

  private func run(_ program: String, _ arguments: [String]) throws(StudyError) -> String {
    let running = try CapturedProgram(path(program), arguments)
    while true {
      if let answer = running.poll() { return try Self.output(of: answer, from: program) }
      guard running.began.duration(to: .now) < limit else {
        running.end()
        throw .slurm(
          program: program, reason: "no answer within \(limit.components.seconds) seconds")
      }
      usleep(20_000)
    }
  }

  /// What a program printed.
  ///
  /// - Throws: `StudyError.slurm` with what it said if it failed.
  static func output(
    of answer: CapturedProgram.Answer, from program: String
  ) throws(StudyError) -> String {
    guard answer.ending == .exited(0) else {
      let said = answer.errors.asLine
      throw .slurm(program: program, reason: said.isEmpty ? "failed without a word" : said)
    }
    return answer.output
  }
}

extension String {
  /// Its beginning, on one line, with nothing in it that a terminal would act on.
  var asLine: String {
    let words = unicodeScalars.split { $0.properties.generalCategory == .control }
    return String(words.map { String($0) }.joined(separator: " ").prefix(300))
  }
}
