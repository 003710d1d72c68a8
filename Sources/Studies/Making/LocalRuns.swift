/// Runs that this process alone makes, on this machine.
final class LocalRuns: RunMaker {
  private let starter: RunStarter
  private let jobs: Int
  private var waiting: ArraySlice<Int>
  private var started: [RunStarter.Started] = []

  /// Makes the runs at the places `waiting`, `jobs` at a time.
  init(_ starter: RunStarter, jobs: Int, waiting: [Int]) {
    self.starter = starter
    self.jobs = jobs
    self.waiting = waiting[...]
  }

  var inProgress: [RunInProgress] { started.map(\.run) }
  var width: Int { jobs }
  var queue: String? { nil }
  var isDone: Bool { waiting.isEmpty && started.isEmpty }

  func advance() throws -> [RunNews] {
    var news: [RunNews] = []
    while started.count < jobs, let place = waiting.popFirst() {
      let child = try starter.start(place)
      started.append(child)
      news.append(.began(place, isResumed: child.isResumed))
    }
    for child in started {
      child.process.poll()
      guard let ending = child.process.ending else { continue }
      started.removeAll { $0.run.place == child.run.place }
      news.append(.ended(child.run.place, .process(ending)))
    }
    return news
  }

  func settle(_ place: Int, _ outcome: RunOutcome) {}

  func stop() {
    waiting = []
    for child in started { child.process.interrupt() }
  }

  func abandon() {
    stop()
    for child in started { child.process.wait() }
    started = []
  }
}
