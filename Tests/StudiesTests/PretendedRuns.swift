import Foundation
import Records
import RunStore
import Studies
import TestSupport

/// A folder with a program in the place of `gnomon`: its runs take a moment, are noted, and end as they are told to.
struct PretendedRuns {
  let url: URL
  let text =
    "name: pretended\nsettings: {threads: 1, device: cpu}\naxes: {seed: [0, 1, 2, 3, 4, 5]}"

  /// Makes the folder's program, and what its runs come to.
  init(in url: URL) throws {
    self.url = url
    for name in ["prepared", "failing", "bin"] {
      try FileManager.default.createDirectory(
        at: url.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    for run in try study().runs {
      let summary = RunSummary(
        name: run.key, config: run.configuration.json, epochs: 2, steps: 20, wallSeconds: 30)
      try RunJSON.document(summary).write(to: prepared(run.key))
    }
    try write(
      "gnomon",
      """
      while [ $# -gt 0 ]; do
        case $1 in --output | --resume) run=$2 ;; esac
        shift
      done
      key=$(basename "$run")
      echo "$key" >> '\(url.path)/starts.txt'
      mkdir -p "$run"
      sleep 0.2
      if [ -e "\(url.path)/failing/$key" ]; then
        echo "gnomon: error: it was told to fail" >&2
        exit 1
      fi
      cp "\(url.path)/prepared/$key.json" "$run/.part"
      mv "$run/.part" "$run/summary.json"
      """)
  }

  /// The study, read anew: each process has its own.
  func study() throws -> Study { try StudiesTests.study(text) }

  /// The path of a program.
  func program(_ name: String) -> String { url.appendingPathComponent("bin/\(name)").path }

  /// Writes a program.
  func write(_ name: String, _ script: String) throws {
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: program(name)))
    chmod(program(name), 0o755)
  }

  /// What a run's summary will be.
  func prepared(_ key: String) -> URL { url.appendingPathComponent("prepared/\(key).json") }

  /// Lets a run fail.
  func fail(_ key: String) throws {
    try Data().write(to: url.appendingPathComponent("failing/\(key)"))
  }

  /// Lets runs succeed.
  func mend(_ key: String) throws {
    try FileManager.default.removeItem(at: url.appendingPathComponent("failing/\(key)"))
  }

  /// The runs that were started, in their order.
  func starts() -> [String] {
    let text = try? String(contentsOf: url.appendingPathComponent("starts.txt"), encoding: .utf8)
    return (text ?? "").split(separator: "\n").map(String.init)
  }

  /// A folder for the study.
  func folder(_ name: String) -> StudyFolder {
    StudyFolder(path: url.appendingPathComponent(name).path)
  }
}
