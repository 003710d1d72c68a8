import Foundation

/// Asks Slurm's queue again and again, without waiting for its answers.
///
/// A queue that does not answer is no reason to give up: jobs go on while a controller is started again.
struct SlurmWatch {
  /// What became of a look.
  struct Look {
    /// The states of all tasks; nil where Slurm did not answer.
    let queue: [SlurmTask: SlurmState]?
  }

  /// Arrays of one cluster, which are asked for together.
  private struct Question {
    let arrays: [String]
    let cluster: String?
  }

  private let commands: SlurmCommands
  private var questions: [Question] = []
  private var found: [SlurmTask: SlurmState] = [:]
  private var running: CapturedProgram?
  private var began = ContinuousClock.now
  private var next = ContinuousClock.now
  private var silentSince: ContinuousClock.Instant?
  private var hasWarned = false
  private var warning: String?

  init(_ commands: SlurmCommands) { self.commands = commands }

  /// Whether the last question was not answered.
  var isSilent: Bool { silentSince != nil }

  /// What there is to worry about, once.
  mutating func takeWarning() -> String? {
    defer { warning = nil }
    return warning
  }

  /// Goes on with a look at `arrays`, or begins one when it is time.
  ///
  /// - Returns: what a look found that is over now; nil for none.
  mutating func look(at arrays: [SlurmArrays.Array]) throws -> Look? {
    guard let running else {
      guard ContinuousClock.now >= next else { return nil }
      if questions.isEmpty {
        began = .now
        found = [:]
        questions = Dictionary(grouping: arrays, by: \.cluster).map { cluster, arrays in
          Question(arrays: arrays.map(\.name), cluster: cluster)
        }
      }
      guard let question = questions.first else { return nil }
      running = try commands.startQueue(question.arrays, cluster: question.cluster)
      return nil
    }
    do throws(StudyError) {
      guard let answer = running.poll() else {
        guard running.began.duration(to: .now) >= commands.limit else { return nil }
        running.end()
        throw .slurm(program: "squeue", reason: "no answer")
      }
      let text = try SlurmCommands.output(of: answer, from: "squeue")
      found.merge(SlurmQueue(text).states) { $1 }
    } catch {
      return fail(error)
    }
    self.running = nil
    questions.removeFirst()
    guard questions.isEmpty else { return nil }
    silentSince = nil
    hasWarned = false
    pause()
    return Look(queue: found)
  }

  /// Ends a question that is being asked.
  mutating func end() {
    running?.end()
    running = nil
  }

  private mutating func fail(_ error: StudyError) -> Look {
    running = nil
    questions = []
    let since = silentSince ?? .now
    silentSince = since
    if !hasWarned && since.duration(to: .now) > .seconds(300) {
      hasWarned = true
      warning = "\(error); the study goes on asking, and its jobs do not depend on that"
    }
    pause()
    return Look(queue: nil)
  }

  /// Lets the cluster do something else for ten times what it took to answer, up to a minute.
  private mutating func pause() {
    next = .now + max(commands.interval, min(.seconds(60), began.duration(to: .now) * 10))
  }
}
