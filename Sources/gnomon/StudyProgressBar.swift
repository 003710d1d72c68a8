import Foundation
import Studies

/// Where a study stands: on a screen one line with the bar of the current run, elsewhere a line for
/// each run that begins and ends and one a minute.
struct StudyProgressBar {
  let isQuiet: Bool
  private var isLineOpen = false
  private var lastLine = ContinuousClock.now

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  mutating func handle(_ event: StudyRunner.Event) {
    if case .warning(let message) = event {
      finishLine()
      Terminal.warning(message)
      return
    }
    guard !isQuiet else { return }
    switch event {
    case .warning: break
    case .note(let message): line(message)
    case .started(let key, let isResumed, let progress):
      guard !Terminal.isInteractive else { return show(progress) }
      line("\(isResumed ? "continuing" : "starting") \(key)")
    case .finished(let key, let seconds, let progress):
      let time = seconds.map { " in \(ProgressBar.clock($0))" } ?? ""
      line("finished \(key)\(time); \(StudyProgressBar.summary(of: progress))")
    case .failed(let key, let reason, let progress):
      line("failed \(key): \(reason); \(StudyProgressBar.summary(of: progress))")
    case .progress(let progress):
      if Terminal.isInteractive {
        show(progress)
      } else if lastLine.duration(to: .now) > .seconds(60) {
        let runs = progress.active.prefix(4).map { "\($0.key) \(StudyProgressBar.state(of: $0))" }
        line(([StudyProgressBar.summary(of: progress)] + runs).joined(separator: "; "))
      }
    }
  }

  /// Ends the bar's line, so that what follows begins on its own.
  mutating func finishLine() {
    if isLineOpen { Terminal.note("") }
    isLineOpen = false
  }

  private mutating func line(_ message: String) {
    if isLineOpen { Terminal.overwrite("") }
    isLineOpen = false
    lastLine = .now
    Terminal.note(message)
  }

  private mutating func show(_ progress: StudyProgress) {
    isLineOpen = true
    var text = StudyProgressBar.summary(of: progress)
    let columns = Terminal.columns - 1
    for run in progress.active {
      let state = StudyProgressBar.state(of: run)
      let room = columns - text.count - run.key.count - state.count - 6
      let bar = ProgressBar.bar(run.step, of: run.totalSteps ?? 0, width: min(20, room))
      text += "  \(run.key) \(bar)\(bar.isEmpty ? "" : " ")\(state)"
    }
    Terminal.overwrite(String(text.prefix(columns)))
  }

  private static func summary(of progress: StudyProgress) -> String {
    let failed = progress.failed > 0 ? ", \(progress.failed) failed" : ""
    let left = progress.secondsLeft.map { ", \(ProgressBar.clock($0)) left" } ?? ""
    let queue = progress.queue.map { ": \($0)" } ?? ""
    return "\(progress.finished)/\(progress.total) runs\(failed)\(left)\(queue)"
  }

  private static func state(of run: StudyProgress.Active) -> String {
    if run.step == run.totalSteps { return "measuring" }
    let steps = run.totalSteps.map { "step \(run.step)/\($0)" } ?? "step \(run.step)"
    return steps + (run.loss.map { String(format: " loss %.3f", $0) } ?? "")
  }
}
