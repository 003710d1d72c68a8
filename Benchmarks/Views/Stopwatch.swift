import Foundation

/// How often `body`, which makes `count` of something, makes one in a second of a processor's time: as
/// many whole calls as fit into `seconds`, and at least one. A processor's time, unlike the clock's,
/// does not hang on what else the machine does; with one thread on an idle machine the two agree.
func rate(of count: Int, over seconds: Double, _ body: (Int) throws -> Void) rethrows -> Double {
  let start = processorSeconds()
  var calls = 0
  var elapsed = 0.0
  repeat {
    try body(calls)
    calls += 1
    elapsed = processorSeconds() - start
  } while elapsed < seconds
  return Double(calls * count) / elapsed
}

private func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
