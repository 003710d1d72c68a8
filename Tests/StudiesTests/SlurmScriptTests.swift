import Foundation
import RunStore
import TestSupport
import Testing

@testable import Studies

/// The script of an array's task, run by a shell, with other programs in the place of `gnomon` and `scontrol`.
@Suite(.serialized) struct SlurmScriptTests {
  /// A task of an array of the runs first, second and third.
  private struct Attempt {
    let url: URL
    let shell: String

    init(in url: URL, shell: String, train: String) throws {
      self.url = url
      self.shell = shell
      let runs = try PretendedRuns(in: url)
      for name in ["runs", "logs", "configs"] {
        try FileManager.default.createDirectory(
          at: url.appendingPathComponent(name), withIntermediateDirectories: true)
      }
      try runs.write("gnomon", "echo \"$@\" > '\(url.path)/asked'\nrun=$7\n\(train)")
      try runs.write("scontrol", "echo \"$@\" >> '\(url.path)/requeued'")
      let script = SlurmScript(
        options: SlurmOptions(), keys: ["first", "second", "third"], threads: 1,
        executable: runs.program("gnomon"), folder: url.path)
      try Data(script.text.utf8).write(to: url.appendingPathComponent("task.sh"))
    }

    /// Runs the task, with `signal` when the run has begun; its exit code, or minus a signal's number.
    func run(_ place: Int = 1, signal: Int32? = nil) throws -> Int32 {
      var start = ProgramStart(shell, [url.appendingPathComponent("task.sh").path])
      start.environment = [
        "PATH": "\(url.path)/bin:/usr/bin:/bin", "SLURM_ARRAY_TASK_ID": "\(place)",
        "SLURM_ARRAY_JOB_ID": "7", "GNOMON_PARENT": "1",
      ]
      let process = try start.start()
      if let signal {
        let end = Date(timeIntervalSinceNow: 30)
        while !exists("begun") && Date() < end { usleep(10_000) }
        kill(process, signal)
      }
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 && errno == EINTR {}
      switch ProgramEnding(waitStatus: status) {
      case .exited(let code): return code
      case .killed(let signal): return -signal
      }
    }

    func exists(_ name: String) -> Bool {
      FileManager.default.fileExists(atPath: url.appendingPathComponent(name).path)
    }

    func said(_ name: String) throws -> String { try text(of: url.appendingPathComponent(name)) }
  }

  /// A run that goes on until a signal, when it does what is told.
  private static func running(_ trap: String) -> String {
    "\(trap)\ntouch '@/begun'\nwhile :; do sleep 0.05; done"
  }

  private func withAttempt(
    _ shell: String, _ train: String, _ body: (Attempt) throws -> Void
  ) throws {
    try withTemporaryFolder { url in
      try body(Attempt(in: url, shell: shell, train: train.replacing("@", with: url.path)))
    }
  }

  private static let checkpoint = "mkdir -p \"$run/checkpoints\"; touch \"$run/checkpoints/step-2\""

  @Test(arguments: ["sh", "bash"]) func aTaskMakesTheRunOfItsNumberOnce(_ shell: String) throws {
    try withAttempt(shell, "echo \"parent $GNOMON_PARENT\" >&2") { task in
      #expect(try task.run() == 0)
      #expect(
        try task.said("asked")
          == "train --quiet --continue --config \(task.url.path)/configs/second.yaml --output \(task.url.path)/runs/second\n"
      )
      #expect(try task.said("logs/second.txt") == "parent \n")
      #expect(try task.run(3) == 1)
      let run = task.url.appendingPathComponent("runs/third")
      try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
      try Data().write(to: run.appendingPathComponent("summary.json"))
      #expect(try task.run(2) == 0)
      #expect(!task.exists("logs/third.txt") && !task.exists("requeued"))
    }
  }

  @Test(arguments: ["sh", "bash"])
  func aRunThatIsWarnedAndHasGotFurtherIsQueuedAgain(_ shell: String) throws {
    let trap = "trap '\(Self.checkpoint); exit 75' USR1"
    try withAttempt(shell, Self.running(trap)) { task in
      let code = try task.run(signal: SIGUSR1)
      #expect(code == 75)
      #expect(try task.said("requeued") == "requeue 7_1\n")
    }
  }

  @Test(arguments: ["sh", "bash"])
  func aRunThatDoesNotGetFurtherWithinItsTimeFails(_ shell: String) throws {
    try withAttempt(shell, Self.running("\(Self.checkpoint)\ntrap 'exit 75' USR1")) { task in
      let run = task.url.appendingPathComponent("runs/second/checkpoints")
      try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
      try Data().write(to: run.appendingPathComponent("step-2"))
      #expect(try task.run(signal: SIGUSR1) == 1)
      #expect(try task.said("logs/second.txt").contains("too short for one step"))
      #expect(!task.exists("requeued"))
    }
  }

  @Test(arguments: ["sh", "bash"])
  func aTaskThatIsCancelledLetsItsRunWriteACheckpointAndIsNotQueued(_ shell: String) throws {
    let trap = "trap 'sleep 0.3; \(Self.checkpoint); exit 75' TERM"
    try withAttempt(shell, Self.running(trap)) { task in
      let code = try task.run(signal: SIGTERM)
      #expect(code == 75)
      #expect(task.exists("runs/second/checkpoints/step-2") && !task.exists("requeued"))
    }
  }

  @Test(arguments: ["sh", "bash"]) func aRunThatIsKilledSaysSo(_ shell: String) throws {
    try withAttempt(shell, "kill -KILL $$") { task in
      let code = try task.run()
      #expect(code == 137)
      #expect(try task.said("logs/second.txt") == "gnomon: error: killed by signal 9\n")
    }
    try withAttempt(shell, "echo 'gnomon: error: no' >&2; exit 3") { task in
      let code = try task.run()
      #expect(code == 3)
      #expect(try task.said("logs/second.txt") == "gnomon: error: no\n")
    }
  }

  @Test(arguments: ["plain", "it's", "a'\u{301}b; touch x", "$HOME `id` \\", "", "two\nlines"])
  func aWordIsOneToAShell(word: String) throws {
    let output = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnomon-word-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: output) }
    let command = "printf %s \(word.quotedForShell) > \"$0\""
    let start = ProgramStart("/bin/sh", ["-c", command, output.path])
    var status: Int32 = 0
    let process = try start.start()
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    #expect(status == 0)
    #expect(try Array(Data(contentsOf: output)) == Array(word.utf8))
  }
}
