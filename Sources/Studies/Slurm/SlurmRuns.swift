import Foundation
import RunStore

/// Runs that a cluster makes, as job arrays of Slurm. They go on without this process, and another that is started later follows them.
final class SlurmRuns: RunMaker {
  /// A run in an array.
  private struct Task {
    let run: Int
    let task: SlurmTask
    /// What there is to look at while it runs.
    var inProgress: RunInProgress?
    /// How often in a row it was not seen to wait or to run.
    var looksWithout = 0
  }

  private let starter: RunStarter
  private let options: SlurmOptions
  private let commands: SlurmCommands
  private let kept: SlurmArrays
  private var waiting: [Int]
  private var tasks: [Task] = []
  private var arrays: [SlurmArrays.Array] = []
  private var states: [SlurmTask: SlurmState] = [:]
  private var watch: SlurmWatch
  private var news: [RunNews] = []
  private var largest: Int?

  /// Finds the arrays that Slurm still has, and has the runs at the places `waiting` made that are in none.
  ///
  /// - Throws: `StudyError.slurm` where Slurm does not answer.
  init(
    _ starter: RunStarter, _ options: SlurmOptions, commands: SlurmCommands, waiting: [Int]
  ) throws {
    self.starter = starter
    self.options = options
    self.commands = commands
    kept = SlurmArrays(starter.folder, commands)
    watch = SlurmWatch(commands)
    self.waiting = waiting
    (arrays, states) = try kept.living()
    for array in arrays { follow(array) { states[$0]?.isAlive ?? false } }
    for job in liveJobs { news.append(.note("following job \(job) of Slurm")) }
  }

  /// The jobs that make the runs.
  var liveJobs: [String] { arrays.compactMap(\.job) }

  var inProgress: [RunInProgress] { tasks.compactMap(\.inProgress) }
  var width: Int { inProgress.count }
  var isDone: Bool { waiting.isEmpty && tasks.isEmpty && news.isEmpty }

  var queue: String? {
    var counts: [String: Int] = [:]
    for task in tasks {
      guard let state = states[task.task], state.isAlive else { continue }
      counts[state.words, default: 0] += 1
    }
    let words = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    let silence = watch.isSilent ? ["Slurm does not answer"] : []
    return words.isEmpty && silence.isEmpty ? nil : (silence + words).joined(separator: ", ")
  }

  func advance() throws -> [RunNews] {
    // With a limit on how many run at once, arrays follow each other.
    while !waiting.isEmpty && (tasks.isEmpty || options.arrayLimit == nil) { try submit() }
    if !tasks.isEmpty { try look() }
    defer { news = [] }
    return news
  }

  func settle(_ place: Int, _ outcome: RunOutcome) {
    for array in arrays
    where !tasks.contains(where: { $0.task.array == array.name }) && !isAlive(array) {
      kept.forget(array)
      arrays.removeAll { $0.name == array.name }
    }
  }

  /// Leaves the runs to the cluster.
  func stop() {
    waiting = []
    tasks = []
    news = []
    watch.end()
  }

  func abandon() { stop() }

  private func isAlive(_ array: SlurmArrays.Array) -> Bool {
    array.keys.indices.contains {
      states[SlurmTask(array: array.name, place: $0)]?.isAlive ?? false
    }
  }

  /// Takes the runs of an array that are wanted out of those that wait.
  private func follow(_ array: SlurmArrays.Array, where isIn: (SlurmTask) -> Bool) {
    let places = Dictionary(array.keys.enumerated().map { ($1, $0) }) { first, _ in first }
    var left: [Int] = []
    for run in waiting {
      let task = places[starter.study.runs[run].key].map { SlurmTask(array: array.name, place: $0) }
      if let task, isIn(task) {
        tasks.append(Task(run: run, task: task))
      } else {
        left.append(run)
      }
    }
    waiting = left
  }

  private func submit() throws {
    if largest == nil { largest = commands.largestArray() }
    let runs = waiting.prefix(largest ?? 1).map { starter.study.runs[$0] }
    var length = 0
    // A script has all of its runs' keys.
    let fitting = runs.prefix { run in
      length += run.key.utf8.count + 1
      return length < SlurmScript.longest
    }
    for run in fitting { try starter.writeConfiguration(of: run) }
    let script = SlurmScript(
      options: options, keys: fitting.map(\.key),
      threads: fitting.map(\.configuration.threads).max() ?? 1, executable: starter.executable,
      folder: starter.folder.url.path)
    let array = try kept.submit(script, study: starter.study.name, limit: options.arrayLimit)
    arrays.append(array)
    follow(array) { _ in true }
    news.append(.note("job \(array.job ?? array.name) of Slurm has \(fitting.count) runs"))
  }

  private func look() throws {
    guard let found = try watch.look(at: arrays) else { return }
    if let warning = watch.takeWarning() { news.append(.warning(warning)) }
    guard let queue = found.queue else { return }
    states = queue
    for index in tasks.indices { note(&tasks[index]) }
    tasks.removeAll { task in
      guard let ending = ending(of: task) else { return false }
      news.append(.ended(task.run, ending))
      return true
    }
  }

  /// Takes note of what a task does.
  private func note(_ task: inout Task) {
    let state = states[task.task]
    guard let state, state.isAlive else { return task.looksWithout += 1 }
    task.looksWithout = 0
    if state.name == "RUNNING", task.inProgress == nil {
      let folder = starter.folder.run(starter.study.runs[task.run].key)
      let step = MetricsTail.last(of: folder)?.step
      task.inProgress = RunInProgress(place: task.run, firstStep: step ?? 0)
      news.append(.began(task.run, isResumed: step != nil))
    } else if state.name == "PENDING", task.inProgress != nil {
      task.inProgress = nil
      news.append(.waits(task.run))
    }
  }

  /// How a task ended; nil for one that has not.
  private func ending(of task: Task) -> RunEnding? {
    guard task.looksWithout > 0 else { return nil }
    let state = states[task.task]
    let summary = starter.folder.run(starter.study.runs[task.run].key).summary.path
    if state?.name == "COMPLETED" {
      // A file that a node wrote may show here a minute later: nfs(5), acdirmax.
      let isThere = FileManager.default.fileExists(atPath: summary)
      guard isThere || task.looksWithout > 15 else { return nil }
    } else {
      // Between the end of one try and the queueing of the next a task can be seen as ended.
      guard task.looksWithout > 1 else { return nil }
    }
    guard let array = arrays.first(where: { $0.name == task.task.array }) else { return .elsewhere }
    let place = task.task.place
    let name = array.job.flatMap { commands.accountedState($0, place, cluster: array.cluster) }
    return .job(
      state: name ?? state?.name ?? "gone from the queue", said: kept.said(array, place))
  }
}
