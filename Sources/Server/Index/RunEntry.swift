import Foundation
import Records
import RunDatabase

/// What is kept of every run: enough for a row of a table, and no more.
struct RunEntry: Sendable {
  /// What a finished run is remembered by, without spectra and conventions.
  struct Outcome: Sendable {
    let name: String
    let steps: Int
    let epochs: Double
    let finalLoss: Double?
    let wallSeconds: Double?
    let viewsPerSecond: Double?
    /// The figures of h and z, by layer and key.
    let figures: [String: [String: Double]]
  }

  let place: FolderWalk.Place
  /// The identifier in addresses.
  let identifier: String
  /// The study it belongs to.
  var study: String?
  var state = RunState.waiting
  /// Why it failed.
  var failure: String?
  /// The configuration's members, those of objects under their path.
  var settings: [String: JSONValue] = [:]
  var last: MetricRecord?
  /// When something was last logged.
  var lastLine: Date?
  var outcome: Outcome?
  /// What cannot be read, a line each.
  var problems: [String] = []
  var hasCheckpoint = false
  /// What people wrote about it.
  var notes = RunNotes.none
  /// Grows with every change.
  var version = 0

  /// The folder's own name, which is the run's key in a study.
  var name: String {
    String(
      place.path[
        (place.path.lastIndex(of: "/").map(place.path.index(after:)) ?? place.path.startIndex)...])
  }
  /// The configuration as it counts steps, for all that know it.
  var progress: RunProgress { RunProgress(self) }

  init(_ place: FolderWalk.Place, identifier: String) {
    self.place = place
    self.identifier = identifier
  }

  /// The step that was last logged, or the last of all.
  var step: Int? { last?.step ?? outcome?.steps }
  var epoch: Double? { last?.epoch ?? outcome?.epochs }
  var loss: Double? { outcome?.finalLoss ?? last?.loss }
  var viewsPerSecond: Double? {
    state == .running ? last?.viewsPerSecond : outcome?.viewsPerSecond ?? last?.viewsPerSecond
  }

  /// A figure of a layer at the end; nil while it is not known.
  func figure(_ layer: String, _ key: String) -> Double? { outcome?.figures[layer]?[key] }
}

/// How far a run is.
struct RunProgress: Sendable {
  /// Of its whole length, 0 to 1.
  let share: Double?
  /// The steps that it will have.
  let steps: Int?
  /// Steps a second.
  let rate: Double?
  /// Seconds to its end at that rate; nil for a run that is not running.
  let left: Double?

  init(_ run: RunEntry) {
    func number(_ key: String) -> Double? {
      run.settings[key]?.doubleValue.flatMap { $0 > 0 ? $0 : nil }
    }
    let wanted = number("steps")
    let step = run.step.map(Double.init)
    let length: Double? =
      if let wanted {
        wanted
      } else if let epochs = number("epochs"), let step, let epoch = run.epoch, epoch > 0 {
        (step * epochs / epoch).rounded()
      } else {
        nil
      }
    rate = run.viewsPerSecond.flatMap { speed in run.viewsOfStep.map { speed / $0 } }
    steps = length.flatMap { Int(exactly: $0.rounded()) }
    let done: Double? = step.flatMap { step in length.map { min(1, step / $0) } }
    share = run.state == .finished ? 1 : done
    guard run.state == .running, let length, let step, let rate, rate > 0 else {
      left = nil
      return
    }
    let seconds = max(0, length - step) / rate
    left = seconds.isFinite ? seconds : nil
  }
}
