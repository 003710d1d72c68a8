/// How many views a second pass, over stretches between `start` and `stop`: measuring and writing
/// stay outside.
struct RateMeter {
  private(set) var seconds = 0.0
  private(set) var steps = 0
  private var views = 0
  private var recentSeconds = 0.0
  private var recentViews = 0
  private var began = ContinuousClock.now

  mutating func start() { began = .now }

  mutating func stop(views count: Int) {
    let elapsed = began.duration(to: .now) / .seconds(1)
    seconds += elapsed
    recentSeconds += elapsed
    views += count
    recentViews += count
    steps += 1
  }

  /// Views a second since the beginning.
  var rate: Double { seconds > 0 ? Double(views) / seconds : 0 }

  /// Views a second since this was last asked.
  mutating func takeRecentRate() -> Double {
    defer { (recentSeconds, recentViews) = (0, 0) }
    return recentSeconds > 0 ? Double(recentViews) / recentSeconds : 0
  }
}

extension RunProgress {
  /// Adds what has passed since `start`.
  mutating func add(_ meter: RateMeter, wall start: ContinuousClock.Instant) {
    wallSeconds += start.duration(to: .now) / .seconds(1)
    trainingSeconds += meter.seconds
    timedSteps += meter.steps
  }
}
