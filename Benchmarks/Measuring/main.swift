// What measuring a run at its end costs, group by group:
//
//   measuring-benchmark RUN…
//
// Seconds of the clock, and of all cores together. Embeddings and views that several groups need are counted to the
// first of them in the order of the tables. Nothing in the runs' folders is changed.

import BenchmarkSupport
import Foundation
import Measures
import Records
import RunStore
import Runs

/// Seconds that all threads of this process have worked.
func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func report(_ name: String, _ time: Time) {
  let padded = name.padding(toLength: 40, withPad: " ", startingAt: 0)
  show(padded + String(format: "%8.2f s %8.2f s of processors", time.wall, time.processor))
}

struct Time {
  var wall = 0.0
  var processor = 0.0

  static func + (first: Time, second: Time) -> Time {
    Time(wall: first.wall + second.wall, processor: first.processor + second.processor)
  }
}

/// Seconds by name, in the order in which names come up.
struct Times {
  private(set) var entries: [(name: String, time: Time)] = []
  private var current = "embeddings of the clean images"
  private var began = (wall: ContinuousClock.now, processor: processorSeconds())

  /// Counts the time since the last call to the current name, and begins another.
  mutating func close(_ next: String = "") {
    let time = Time(
      wall: began.wall.duration(to: .now) / .seconds(1),
      processor: processorSeconds() - began.processor)
    if let index = entries.firstIndex(where: { $0.name == current }) {
      entries[index].time = entries[index].time + time
    } else {
      entries.append((current, time))
    }
    current = next
    began = (.now, processorSeconds())
  }
}

func measure(_ path: String, isDetailed: Bool) throws {
  let run = try MeasuredRun(RunFolder(path: path)) { show("warning: \($0)") }
  var (parts, halves) = (Times(), Times())
  // Measures that are taken side by side have no time of their own.
  _ = try run.model.figures(.full, workers: 1) { measure, control in
    let name = isDetailed ? "\(type(of: measure))" : measure.figures[0].group.rawValue
    parts.close(
      control.map { isDetailed ? "\($0.rawValue): \(name)" : "Control: \($0.text)" } ?? name)
    halves.close(control == nil ? "own" : "controls")
  }
  parts.close()
  halves.close()
  show(path)
  for entry in parts.entries { report(entry.name, entry.time) }
  let controls = halves.entries.first { $0.name == "controls" }?.time ?? Time()
  let own = halves.entries.filter { $0.name != "controls" }.map(\.time).reduce(Time(), +)
  report("all", own + controls)
  report("  without controls", own)
  if own.wall > 0 {
    show(String(format: "  controls add %.0f %%", 100 * controls.wall / own.wall))
  }
  var sideBySide = Times()
  _ = try run.model.figures(.full)
  sideBySide.close()
  report("all, side by side, as runs do", sideBySide.entries[0].time)
  if own.wall > 0 {
    let share = sideBySide.entries[0].time.wall / own.wall
    show(String(format: "  %.2f times what goes without controls, one at a time", share))
  }
}

let paths = CommandLine.arguments.dropFirst().filter { !$0.hasPrefix("--") }
if paths.isEmpty {
  show("usage: measuring-benchmark [--measures] RUN…")
  exit(2)
}
let isDetailed = CommandLine.arguments.contains("--measures")
for path in paths { try measure(path, isDetailed: isDetailed) }
