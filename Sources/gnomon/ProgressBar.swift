import Foundation
import Runs

/// Where training stands: a bar with rate and time left on a screen, a line now and then elsewhere.
struct ProgressBar {
  private var lastShown: ContinuousClock.Instant?
  private let began = ContinuousClock.now
  private var firstStep: Int?
  let isQuiet: Bool

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  mutating func handle(_ event: TrainingRun.Event) {
    switch event {
    case .warning(let message): Terminal.warning(message)
    case .measuring(let epoch, _):
      guard !isQuiet else { return }
      finishLine()
      Terminal.note("measuring every layer after epoch \(epoch)")
    case .measured: break
    case .step(let report): show(report)
    }
  }

  /// Ends the bar's line, so that what follows begins on its own.
  mutating func finishLine() {
    if Terminal.isInteractive && lastShown != nil { Terminal.note("") }
    lastShown = nil
  }

  private mutating func show(_ report: TrainingRun.StepReport) {
    guard !isQuiet else { return }
    let now = ContinuousClock.now
    let first = firstStep ?? report.step
    firstStep = first
    let interval: Duration = Terminal.isInteractive ? .milliseconds(100) : .seconds(10)
    let isLast = report.step == report.totalSteps
    if let lastShown, lastShown.duration(to: now) < interval, !isLast { return }
    lastShown = now

    let elapsed = began.duration(to: now) / .seconds(1)
    let remaining = Double(report.totalSteps - report.step)
    let secondsLeft = report.step > first ? elapsed / Double(report.step - first) * remaining : nil
    let text = String(
      format: "epoch %d/%d  step %d/%d  loss %.4f  %.0f views/s  %@", report.epoch,
      report.totalEpochs, report.step, report.totalSteps, report.loss, report.viewsPerSecond,
      secondsLeft.map { "\(ProgressBar.clock($0)) left" } ?? "")
    guard Terminal.isInteractive else {
      Terminal.note(text)
      return
    }
    let width = min(30, Terminal.columns - text.count - 3)
    let bar = ProgressBar.bar(report.step, of: report.totalSteps, width: width)
    Terminal.overwrite(bar + (bar.isEmpty ? "" : "  ") + text)
  }

  /// A bar, or nothing where there is no room for one.
  static func bar(_ step: Int, of total: Int, width: Int) -> String {
    guard width >= 5, total > 0 else { return "" }
    let filled = Int(Double(width) * min(1, max(0, Double(step) / Double(total))))
    return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
  }

  static func clock(_ seconds: Double) -> String {
    // A file can hold any number of seconds.
    guard let whole = Int(exactly: seconds.rounded()), whole.magnitude < 1_000_000_000 else {
      return String(format: "%.1e h", seconds / 3600)
    }
    return whole >= 3600
      ? String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
      : String(format: "%d:%02d", whole / 60, whole % 60)
  }
}
