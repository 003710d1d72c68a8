import Foundation
import TestSupport
import Testing

/// `gnomon study` where others make the runs as well: processes that share its folder, or a cluster.
@Suite(.serialized) struct StudyExecutorTests {
  private let settings =
    "settings: {train_count: 64, held_out_count: 60, batch_size: 16, width: 2, image_size: 8, "
    + "head: 'mlp:8-4', log_every: 1, figures: rankme, controls: false, steps: 60}"

  private func withStudy(
    _ seeds: String, _ body: (_ folder: URL, _ file: String) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("grid.yaml")
      try Data("name: tiny\n\(settings)\naxes: {seed: \(seeds)}\n".utf8).write(to: file)
      try body(folder, file.path)
    }
  }

  /// What was measured in each run, without what a clock says.
  private func figures(_ folder: URL) throws -> NSDictionary {
    let runs = folder.appendingPathComponent("runs")
    let found = NSMutableDictionary()
    for key in try contents(of: runs) {
      let data = try Data(contentsOf: runs.appendingPathComponent("\(key)/summary.json"))
      let summary = try JSONSerialization.jsonObject(with: data) as? [String: Any]
      found[key] = try #require(summary?["layers"])
    }
    return found
  }

  private func lines(_ file: URL) -> Int {
    (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n").count ?? 0
  }

  private func training(_ folder: URL) -> Bool {
    let runs = folder.appendingPathComponent("runs")
    return ((try? contents(of: runs)) ?? []).contains {
      lines(runs.appendingPathComponent("\($0)/metrics.jsonl")) > 2
    }
  }

  @Test func aProcessThatIsKilledLeavesItsRunsToAnotherThatSharesTheFolder() throws {
    try withStudy("[0, 1, 2, 3]") { folder, file in
      let (alone, output) = (
        folder.appendingPathComponent("alone"), folder.appendingPathComponent("out")
      )
      let common = ["--threads", "1", "--quiet"]
      let local = try Program.run(["study", file, "--output", alone.path] + common)
      #expect(local.code == 0, "\(local.error)")
      let arguments =
        ["study", file, "--output", output.path, "--executor", "shared", "--takeover-after", "6"]
        + common
      let killed = try Program.start(arguments)
      try Program.wait(upTo: 240) { training(output) }
      let other = try Program.start(arguments)
      kill(killed.identifier, SIGKILL)
      _ = try killed.finish()
      let last = try other.finish()
      #expect(last.code == 0, "\(last.error)")
      #expect(try figures(output) == figures(alone))
      #expect(
        try text(of: output.appendingPathComponent("study.json"))
          == text(of: alone.appendingPathComponent("study.json")))
      #expect(
        !FileManager.default.fileExists(atPath: output.appendingPathComponent("leases").path))
      #expect(try Program.run(["store", "check", output.path]).code == 0)
    }
  }

  @Test func processesThatShareAFolderBeginEachRunOnceAndAllShowTheResults() throws {
    try withStudy("[0, 1, 2, 3, 4]") { folder, file in
      let output = folder.appendingPathComponent("out")
      let processes = try (0..<3).map { _ in
        try Program.start([
          "study", file, "--output", output.path, "--executor", "shared", "--threads", "1",
        ])
      }
      let results = try processes.map { try $0.finish() }
      let begun = results.flatMap(\.errorLines).filter { $0.hasPrefix("starting ") }
      #expect(begun.count == 5 && Set(begun).count == 5, "\(begun)")
      for result in results {
        #expect(result.code == 0, "\(result.error)")
        #expect(result.output == results[0].output && result.output.contains("finished"))
      }
    }
  }

  /// Programs in the place of Slurm's that make an array's tasks one after the other, on this machine, all but the first once there is a
  /// file `go`.
  private func writeSlurm(in folder: URL) throws {
    let programs = [
      "sbatch": """
      for word in "$@"; do
        case $word in
          --job-name=*) name=${word#*=} ;;
          --array=0-*) last=${word#*-} last=${last#*0-} last=${last%\\%*} ;;
        esac
        script=$word
      done
      echo "$@" >> submitted
      for task in $(seq 0 $last); do echo "7|$task|$name|PENDING|Priority" > queue.$task; done
      (# What waits for gnomon's end waits until nobody has its files any more.
      for file in $(ls /proc/$BASHPID/fd); do [ $file -le 2 ] || eval "exec $file>&-"; done
      for task in $(seq 0 $last); do
        echo "7|$task|$name|RUNNING|None" > queue.$task
        SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=$task sh "$script"
        echo "7|$task|$name|COMPLETED|None" > queue.$task
        until [ -e go ] || [ ! -e "$script" ]; do sleep 0.1; done
      done) > /dev/null 2>&1 &
      echo 7
      """,
      "squeue": "cat queue.* 2> /dev/null || true", "sacct": "exit 1", "scontrol": "exit 1",
    ]
    for (name, script) in programs {
      let file = folder.appendingPathComponent(name)
      try Data("#!/bin/bash\ncd '\(folder.path)'\n\(script)\n".utf8).write(to: file)
      chmod(file.path, 0o755)
    }
  }

  @Test func aJobArrayGoesOnWithoutTheCommandAndTheNextOneFollowsIt() throws {
    try withStudy("[0, 1, 2, 3]") { folder, file in
      let (alone, output) = (
        folder.appendingPathComponent("alone"), folder.appendingPathComponent("out")
      )
      try writeSlurm(in: folder)
      let environment = [
        "PATH": "\(folder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
      ]
      let arguments = ["study", file, "--threads", "1"]
      #expect(try Program.run(arguments + ["--output", alone.path, "--quiet"]).code == 0)
      let slurm = arguments + ["--output", output.path, "--executor", "slurm"]
      let first = try Program.start(slurm, with: environment)
      try Program.wait(upTo: 240) { training(output) }
      kill(first.identifier, SIGINT)
      let interrupted = try first.finish()
      #expect(interrupted.code == 130, "\(interrupted.error)")
      #expect(interrupted.error.contains("job 7 of Slurm has 4 runs"))
      #expect(interrupted.error.contains("the runs go on in job 7 of Slurm"))
      let refused = try Program.start(
        arguments + ["--output", output.path], with: environment
      ).finish()
      #expect(
        refused.code == 1 && refused.error.contains("scancel 7"), "\(refused.error)")
      try Data().write(to: folder.appendingPathComponent("go"))
      let second = try Program.start(slurm, with: environment).finish()
      #expect(second.code == 0, "\(second.error)")
      #expect(second.error.contains("following job 7 of Slurm"))
      #expect(lines(folder.appendingPathComponent("submitted")) == 1)
      #expect(try figures(output) == figures(alone))
      #expect(
        try text(of: output.appendingPathComponent("study.json"))
          == text(of: alone.appendingPathComponent("study.json")))
      #expect(!FileManager.default.fileExists(atPath: output.appendingPathComponent("slurm").path))
    }
  }

  @Test func wrongOptionsAreRefusedBeforeAnythingIsWritten() throws {
    try withStudy("[0]") { folder, file in
      let output = folder.appendingPathComponent("out")
      for (options, part) in [
        (["--executor", "slurm"], "give --threads N"), (["--executor", "shared"], "--threads N"),
        (["--partition", "long"], "go with --executor slurm"),
        (["--executor", "shared", "--time", "10", "--threads", "1"], "go with --executor slurm"),
        (["--executor", "slurm", "--threads", "1", "--jobs", "2"], "--array-limit"),
        (["--executor", "slurm", "--threads", "1", "--time", "soon"], "--time is 'soon'"),
        (["--executor", "slurm", "--threads", "1", "--array-limit", "0"], "--array-limit"),
        (["--executor", "slurm", "--threads", "1", "--sbatch-line=a\nb"], "give one line"),
        (["--executor", "shared", "--threads", "1", "--takeover-after", "1"], "6 to 86400"),
        (["--threads", "0"], "--threads is 0"),
      ] {
        let result = try Program.run(["study", file, "--output", output.path] + options)
        #expect(result.code == 2 && result.error.contains(part), "\(options): \(result.error)")
        #expect(!FileManager.default.fileExists(atPath: output.path))
      }
    }
  }

  @Test func aRunWithAGPUOfAClusterIsPlannedOnAMachineWithoutOne() throws {
    try withStudy("[0]") { folder, file in
      let environment = ["PATH": "/nonexistent"]
      let output = folder.appendingPathComponent("out").path
      func start(_ options: [String]) throws -> Program.Result {
        try Program.start(
          ["study", file, "--output", output, "--executor", "slurm", "--threads", "1"] + options,
          with: environment
        ).finish()
      }
      let plan = try start(["--gpus-per-run", "1", "--dry-run", "--json"])
      #expect(plan.code == 0, "\(plan.error)")
      let other = try start(["--dry-run", "--json"])
      #expect(plan.output != other.output)
      let result = try start(["--gpus-per-run", "1"])
      #expect(
        result.code == 1 && result.error.contains("scontrol") || result.error.contains("sbatch"))
      #expect(result.errorLines.count == 1, "\(result.error)")
    }
  }
}
