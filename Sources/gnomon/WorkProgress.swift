import Foundation

/// How far something is that goes through a known number of things: a bar with rate and time left on a screen, a line
/// now and then elsewhere.
struct WorkProgress {
  private var lastShown: ContinuousClock.Instant?
  private var stage: (name: String, began: ContinuousClock.Instant)?
  private let isQuiet: Bool

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  /// Says that `done` of `total` things, by their name, are done. Another name begins anew.
  mutating func show(_ done: Int, of total: Int, _ things: String) {
    guard !isQuiet else { return }
    let now = ContinuousClock.now
    if stage?.name != things {
      finishLine()
      stage = (things, now)
    }
    let interval: Duration = Terminal.isInteractive ? .milliseconds(100) : .seconds(10)
    if let lastShown, lastShown.duration(to: now) < interval, done < total { return }
    lastShown = now
    let elapsed = stage.map { $0.began.duration(to: now) / .seconds(1) } ?? 0
    let rate = elapsed > 0 ? Double(done) / elapsed : 0
    var text = "\(done) of \(total) \(things)"
    if rate > 0 {
      text += String(format: "  %.0f/s", rate)
      text += "  \(ProgressBar.clock(Double(total - done) / rate)) left"
    }
    guard Terminal.isInteractive else { return Terminal.note(text) }
    let bar = ProgressBar.bar(done, of: total, width: min(30, Terminal.columns - text.count - 3))
    Terminal.overwrite(bar + (bar.isEmpty ? "" : "  ") + text)
  }

  /// Ends the bar's line, so that what follows begins on its own.
  mutating func finishLine() {
    if Terminal.isInteractive && lastShown != nil { Terminal.note("") }
    lastShown = nil
  }
}
