import Foundation
import RunStore
import TestSupport
import Testing

@testable import Studies

/// What a study gives to Slurm, and how it reads what Slurm says.
struct SlurmOptionsTests {
  @Test(arguments: [
    ("90", 5_400), ("1:30", 90), ("2:00:00", 7_200), ("1-0", 86_400), ("1-2:30", 95_400),
    ("2-00:00:01", 172_801),
  ])
  func aTimeIsReadAsSbatchReadsIt(_ text: String, _ seconds: Int) {
    #expect(SlurmTime(text)?.seconds == seconds && SlurmTime(text)?.text == text)
  }

  @Test(arguments: [
    "", "0", "0:00", "x", "-1", "1-", "1:2:3:4", "1:", "1.5", "1-2-3", "99999999999999999999",
    "1\n2",
    "١",
  ])
  func anyOtherTextIsNoTime(_ text: String) { #expect(SlurmTime(text) == nil) }

  @Test func aRunIsWarnedTwoMinutesBeforeItsTimeIsOverOrAQuarterOfIt() throws {
    var options = SlurmOptions()
    #expect(options.warningSeconds == 120)
    options.time = SlurmTime("2:00:00")
    #expect(options.warningSeconds == 120)
    options.time = SlurmTime("1")
    #expect(options.warningSeconds == 15)
  }

  @Test func theScriptAsksForWhatWasGivenAndLinesComeLast() throws {
    var options = SlurmOptions()
    options.partition = "long"
    options.time = SlurmTime("1-0")
    options.gpusPerRun = 2
    options.lines = ["--account=vision", "--signal=B:USR1@300"]
    let script = SlurmScript(
      options: options, keys: ["a_1", "b_2"], threads: 4, executable: "/opt/gnomon's/gnomon",
      folder: "/data/my study")
    let header = script.text.split(separator: "\n").prefix { $0.hasPrefix("#") }
    #expect(
      header == [
        "#!/bin/sh", "#SBATCH --nodes=1 --ntasks=1 --cpus-per-task=4",
        "#SBATCH --requeue --open-mode=append --signal=B:USR1@120", "#SBATCH --partition=long",
        "#SBATCH --time=1-0", "#SBATCH --gres=gpu:2", "#SBATCH --account=vision",
        "#SBATCH --signal=B:USR1@300",
      ])
    #expect(script.text.contains("'/opt/gnomon'\\''s/gnomon' train --quiet --continue"))
    #expect(script.text.contains("study='/data/my study'\n"))
    #expect(
      !SlurmScript(options: SlurmOptions(), keys: ["a"], threads: 1, executable: "g", folder: "f")
        .text.contains("gpu"))
  }

  @Test func theQueueIsReadAndWhatIsNoLineOfItIsPassedOver() throws {
    let queue = SlurmQueue(
      """
      CLUSTER: big
      7|0|gnomon-s-1|RUNNING|None
       7 | 1 | gnomon-s-1 | PENDING | (Resources | and more)
      7|2|gnomon-s-1|COMPLETED|None
      7|N/A|gnomon-s-1|PENDING|None
      7|3-9%2|gnomon-s-1|PENDING|None
      7|-1|gnomon-s-1|PENDING|None
      7|4|gnomon-s-1||None
      7|99999999999999999999999|gnomon-s-1|PENDING|None
      x|5|gnomon-s-1|PENDING|None
      7|6
      |||||||
      7|7|gnomon-s-1|\u{1B}[2JPENDING|\u{7}Bell
      slurm_load_jobs error: Unable to contact slurm controller
      """)
    func state(_ place: Int) -> SlurmState? {
      queue.states[SlurmTask(array: "gnomon-s-1", place: place)]
    }
    #expect(queue.states.count == 4 && queue.jobs == ["gnomon-s-1": "7"])
    #expect(state(0) == SlurmState(name: "RUNNING", reason: "None"))
    #expect(state(1)?.words == "pending ((Resources | and more))")
    #expect(state(2)?.isAlive == false)
    #expect(state(7)?.words == "[2jpending" && state(7)?.reason == "Bell")
    #expect(SlurmQueue("").states.isEmpty)
    #expect(SlurmQueue(String(repeating: "|", count: 1 << 16)).states.isEmpty)
  }

  @Test func aWordThatALaterSlurmMayHaveIsATaskThatIsStillThere() {
    for name in ["PENDING", "REQUEUE_HOLD", "COMPLETING", "POWER_UP_NODE", "SOMETHING_NEW"] {
      #expect(SlurmState(name: name, reason: "").isAlive, "\(name)")
    }
    for name in ["FAILED", "TIMEOUT", "OUT_OF_MEMORY", "NODE_FAIL", "CANCELLED", "DEADLINE"] {
      #expect(!SlurmState(name: name, reason: "").isAlive, "\(name)")
    }
  }

  @Test(arguments: [
    ("echo 17", "17", nil), ("echo '17;big'", "17", "big"),
    ("echo 'Welcome to the cluster'; echo 17; echo 'Budget: 3 h'", "17", nil),
  ])
  func theJobsNumberIsFoundInWhatSbatchPrints(
    _ script: String, _ job: String, _ cluster: String?
  ) throws {
    try withTemporaryFolder { url in
      let runs = try PretendedRuns(in: url)
      try runs.write("sbatch", script)
      let commands = SlurmCommands(folder: url.appendingPathComponent("bin").path)
      let found = try commands.submit("s", name: "n", count: 3, limit: 2, output: "o")
      #expect(found == SlurmCommands.Submission(job: job, cluster: cluster))
    }
  }

  @Test func whatSlurmRefusesIsAnErrorWithItsWords() throws {
    try withTemporaryFolder { url in
      let runs = try PretendedRuns(in: url)
      let bin = url.appendingPathComponent("bin").path
      var commands = SlurmCommands(folder: bin)
      func submission() -> StudyError? {
        #expect(throws: StudyError.self) {
          try commands.submit("s", name: "n", count: 1, limit: nil, output: "o")
        }
      }
      #expect(submission() == .slurm(program: "\(bin)/sbatch", reason: "No such file or directory"))
      try runs.write(
        "sbatch", "echo 'sbatch: error: invalid partition' >&2; echo 'second \u{1B}[2J' >&2; exit 1"
      )
      #expect(
        submission()
          == .slurm(
            program: "sbatch", reason: "sbatch: error: invalid partition second  [2J"))
      try runs.write("sbatch", "exit 3")
      #expect(submission() == .slurm(program: "sbatch", reason: "failed without a word"))
      try runs.write("sbatch", "echo 12x; echo ';'")
      #expect(
        submission() == .slurm(program: "sbatch", reason: "answered no job's number, but '12x ;'"))
      try runs.write("sbatch", "sleep 60")
      commands.limit = .seconds(1)
      #expect(submission() == .slurm(program: "sbatch", reason: "no answer within 1 seconds"))
    }
  }

  @Test func programsAreAskedForTheirArgumentsAndAnswersOfAnyLengthAreRead() throws {
    try withTemporaryFolder { url in
      let runs = try PretendedRuns(in: url)
      let commands = SlurmCommands(folder: url.appendingPathComponent("bin").path)
      try runs.write(
        "squeue",
        "echo \"$@\" > '\(url.path)/asked'; seq -f '7|%.0f|a|RUNNING|None' 0 50000; seq 50000 >&2")
      let queue = try commands.queue(["a", "b"], cluster: "big")
      #expect(queue.states.count == 50_001)
      #expect(
        try text(of: url.appendingPathComponent("asked"))
          == "--clusters=big --noheader --array --states=all --name=a,b --format=%F|%K|%j|%T|%r\n")
      try runs.write("sacct", "echo 'CANCELLED by 1000|0:15'")
      #expect(commands.accountedState("7", 1, cluster: nil) == "CANCELLED by 1000, exit code 0:15")
      try runs.write("sacct", "echo 'Slurm accounting storage is disabled' >&2; exit 1")
      #expect(commands.accountedState("7", 1, cluster: nil) == nil)
      try runs.write("scontrol", "echo 'MaxArraySize            = 4001'")
      #expect(commands.largestArray() == 4000)
      try runs.write("scontrol", "exit 1")
      #expect(commands.largestArray() == 1000)
    }
  }
}
