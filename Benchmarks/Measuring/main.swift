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

func report(_ name: String, _ wall: Double, _ processor: Double) {
  let padded = name.padding(toLength: 40, withPad: " ", startingAt: 0)
  show(padded + String(format: "%8.2f s %8.2f s of processors", wall, processor))
}

func measure(_ path: String) throws {
  let run = try MeasuredRun(RunFolder(path: path)) { show("warning: \($0)") }
  var spent: [(name: String, wall: Double, processor: Double)] = []
  var current = "embeddings of the clean images"
  var began = (wall: ContinuousClock.now, processor: processorSeconds())
  let start = began
  func close(_ next: String) {
    let wall = began.wall.duration(to: .now) / .seconds(1)
    let processor = processorSeconds() - began.processor
    if let index = spent.firstIndex(where: { $0.name == current }) {
      spent[index].wall += wall
      spent[index].processor += processor
    } else {
      spent.append((current, wall, processor))
    }
    current = next
    began = (.now, processorSeconds())
  }
  _ = try run.model.figures(.full) { measure in
    let isDetailed = CommandLine.arguments.contains("--measures")
    close(isDetailed ? "\(type(of: measure))" : measure.figures[0].group.rawValue)
  }
  close("")
  show(path)
  for entry in spent { report(entry.name, entry.wall, entry.processor) }
  report(
    "all", start.wall.duration(to: .now) / .seconds(1), processorSeconds() - start.processor)
}

let paths = CommandLine.arguments.dropFirst().filter { !$0.hasPrefix("--") }
if paths.isEmpty {
  show("usage: measuring-benchmark [--measures] RUN…")
  exit(2)
}
for path in paths { try measure(path) }
